extension Responder {
    /// GET_VERSION: everything starts anew, and all sessions are over.
    mutating func startAnew(_ incoming: Incoming) throws(Refusal) -> Effect {
        guard incoming.session == nil else { throw .unexpected }
        guard incoming.bytes.first == SPDMVersion.v1_0.rawValue else { throw Refusal(.versionMismatch) }
        let response = VersionMessage(profile.policy.versions.sorted().map(VersionMessage.Entry.init)).encoded()
        var transcript = ConnectionTranscript()
        let request = GetVersion().encoded()
        guard incoming.bytes.count >= request.count else { throw .invalid }
        transcript.appendConnection(incoming.bytes.span.extracting(first: request.count))
        transcript.appendConnection(response.span)
        self = Responder(profile)
        connection = .versioned(Versioned(transcript: transcript))
        return answer(response, to: incoming)
    }
}

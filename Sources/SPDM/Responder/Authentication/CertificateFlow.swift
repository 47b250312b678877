extension Responder {
    /// GET_CERTIFICATE: a portion of a chain, no larger than the requester takes at once.
    mutating func certificate(
        _ request: GetCertificate, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard negotiated.flags.contains(.certificate) else { throw .unsupported(.getCertificate) }
        guard let slot = negotiated.identities.slot(request.slot) else { throw .invalid }
        let offset = Int(request.offset)
        guard offset < slot.chain.count, request.length > 0 else { throw .invalid }
        let room = min(responseLimit(in: incoming.session) ?? .max, Int(UInt16.max)) - Self.certificateHeaderSize
        let end = min(offset + min(Int(request.length), room), slot.chain.count)
        let response = CertificateMessage(
            slot: request.slot, model: negotiated.sizes.multiKey ? slot.model : 0,
            remainder: UInt16(clamping: slot.chain.count - end), portion: Array(slot.chain[offset..<end])
        ).encoded(version: negotiated.version)
        try collectAuthentication(incoming, response)
        return answer(response, to: incoming)
    }

    /// Bytes in front of the portion.
    static let certificateHeaderSize = 8
}

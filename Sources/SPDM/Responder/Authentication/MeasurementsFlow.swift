extension Responder {
    /// GET_MEASUREMENTS, outside a session or in one: measurements are taken first.
    mutating func measurements(
        _ request: GetMeasurements, _ incoming: Incoming, _ negotiated: Negotiated
    ) throws(Refusal) -> Effect {
        guard !negotiated.flags.isDisjoint(with: [.measurements, .measurementsUnsigned]) else {
            throw .unsupported(.getMeasurements)
        }
        guard negotiated.canMeasure else { throw .unexpected }
        guard measurementTranscript(of: incoming.session).measurementsCount < Self.transcriptLimit else {
            throw Refusal(.unspecified)
        }
        if let proof = request.proof {
            guard negotiated.flags.contains(.measurements) else { throw .invalid }
            try requireKey(proof.key, negotiated)
        }
        let demand = MeasurementDemand(
            isRaw: negotiated.version >= .v1_2 && request.attributes.contains(.raw),
            isPending: negotiated.version >= .v1_3 && request.attributes.contains(.pending))
        return begin(.measuring(request), for: incoming, by: .measure(demand))
    }

    /// MEASUREMENTS: at once, or without its signature, which is then made.
    mutating func measured(_ measured: Measured) -> Effect {
        guard let work, let negotiated, case .measuring(let request) = work.step else { return .none }
        self.work = nil
        guard var response = Measurements(answering: request, with: measured) else {
            return refuse(.invalid, work.incoming)
        }
        response.slot = request.proof?.slot ?? 0
        let bytes = response.encoded(version: negotiated.version)
        let session = work.incoming.session
        changeMeasurements(of: session) { transcript in
            guard negotiated.flags.contains(.measurements) else { return }
            transcript.appendMeasurements(work.incoming.bytes.span)
            transcript.appendMeasurements(bytes.span)
        }
        guard let proof = request.proof else { return answer(bytes, to: work.incoming) }
        let demand = SignatureDemand(
            context: .measurements, transcript: measurementTranscript(of: session).l1(negotiated.version),
            slot: proof.key)
        return begin(.signingMeasurements(response), for: work.incoming, by: .sign(demand))
    }

    /// Changes the transcript that L1 is of: the session's, or the connection's.
    mutating func changeMeasurements(of session: SessionID?, _ body: (inout ConnectionTranscript) -> Void) {
        guard var negotiated else { return }
        if let session {
            guard let place = negotiated.place(of: session) else { return }
            body(&negotiated.sessions[place].transcript)
        } else {
            body(&negotiated.transcript)
        }
        self.negotiated = negotiated
    }

    private func measurementTranscript(of session: SessionID?) -> ConnectionTranscript {
        guard let negotiated else { return ConnectionTranscript() }
        guard let session, let place = negotiated.place(of: session) else { return negotiated.transcript }
        return negotiated.sessions[place].transcript
    }
}

extension GetMeasurements.Proof {
    /// The key that signs: a slot, or FFh for the provisioned key, which stands here as 15.
    fileprivate var key: UInt8 { slot == 0xF ? 0xFF : slot }
}

extension Measurements {
    /// The answer without a signature; nil when there is no such measurement.
    fileprivate init?(answering request: GetMeasurements, with measured: Responder.Measured) {
        self.init(
            change: request.proof == nil ? .notDetected : measured.change, nonce: measured.nonce,
            context: request.context)
        let blocks: [MeasurementBlock]
        switch request.index {
        case GetMeasurements.count:
            total = UInt8(clamping: measured.blocks.count)
            return
        case GetMeasurements.all: blocks = measured.blocks
        default: blocks = measured.blocks.filter { $0.index == request.index }
        }
        guard !blocks.isEmpty else { return nil }
        blockCount = UInt8(clamping: blocks.count)
        record = blocks.flatMap { $0.encoded() }[...]
    }
}

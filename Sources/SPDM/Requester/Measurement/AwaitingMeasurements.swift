internal import WireBytes

/// GET_MEASUREMENTS was sent.
public struct AwaitingMeasurements: Hashable, Sendable, ConnectionPhase, AwaitsAnswer {
    /// The connection.
    public let connection: RequesterConnection
    /// The measurements that were asked for.
    public let run: MeasurementRun
    /// The request.
    public let request: GetMeasurements
    var code: MessageCode { .getMeasurements }

    static func begin(
        _ connection: RequesterConnection, _ query: MeasurementQuery, in session: SessionID?
    ) -> RequesterMachine.Transition {
        if let obstacle = obstacle(connection, query, session) {
            return connection.refuse(.getMeasurements, obstacle)
        }
        return ask(connection, MeasurementRun(query, in: session))
    }

    private static func obstacle(
        _ connection: RequesterConnection, _ query: MeasurementQuery, _ session: SessionID?
    ) -> RequesterFailure.Obstacle? {
        let flags = connection.negotiated.responder.flags
        if let session, connection.session(session) == nil { return .noSession(session) }
        if flags.isDisjoint(with: [.measurementsUnsigned, .measurements]) { return .capability(.measurementsUnsigned) }
        if let slot = query.signingSlot {
            if !flags.contains(.measurements) { return .capability(.measurements) }
            if connection.keyHashes[slot] == nil { return .notAuthenticated(slot: slot) }
        }
        if query.attributes.contains(.raw), connection.version < .v1_2 { return .version(connection.version) }
        if query.attributes.contains(.pending), connection.version < .v1_3 { return .version(connection.version) }
        return nil
    }

    /// Sends the present request of a run, once it has what it needs.
    static func ask(_ connection: RequesterConnection, _ run: MeasurementRun) -> RequesterMachine.Transition {
        guard run.signingSlot == nil || run.query.nonce != nil else {
            return RequesterMachine.Transition(
                .drawingMeasurementNonce(DrawingMeasurementNonce(connection: connection, run: run)), .draw(.nonce))
        }
        return send(run.request(nonce: run.signingSlot == nil ? nil : run.query.nonce), connection, run)
    }

    static func send(
        _ request: GetMeasurements, _ connection: RequesterConnection, _ run: MeasurementRun
    ) -> RequesterMachine.Transition {
        var connection = connection
        let effect = connection.exchange(request.encoded(version: connection.version), in: run.session)
        return RequesterMachine.Transition(
            .awaitingMeasurements(AwaitingMeasurements(connection: connection, run: run, request: request)), effect)
    }

    /// What follows a message of the run.
    static func proceed(_ connection: RequesterConnection, _ run: MeasurementRun) -> RequesterMachine.Transition {
        if let next = run.next() { return ask(connection, next) }
        guard run.isComplete else {
            return connection.fail(
                .getMeasurements,
                .mismatch("NumberOfBlocks", expected: run.report.total ?? 0, seen: run.report.blocks.count),
                in: run.session)
        }
        return connection.finish(.measured(run.report))
    }

    /// An ERROR begins L1 anew at both ends; after any other failure this end cannot know what the other has.
    func fail(_ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        var connection = connection
        connection.resetMeasurements(in: run.session)
        if case .refused(let error) = reason, error.code == .invalidRequest, run.toleratesGaps {
            return Self.proceed(connection, run)
        }
        return connection.fail(code, reason, in: run.session)
    }

    func answered(_ bytes: [UInt8]) throws(RequesterFailure.Reason) -> RequesterMachine.Transition {
        let answer = try Answer(
            bytes, to: .getMeasurements(request), connection.sizes, isSecured: run.session != nil)
        guard case .measurements(let message) = answer.response else { throw .otherResponse }
        var run = run
        try take(message, &run)
        var connection = connection
        connection.appendMeasurements(
            request.encoded(version: connection.version),
            answer.bytes.span.extracting(droppingLast: message.signature.count), in: run.session)
        guard let proof = request.proof, let slot = run.signingSlot else { return Self.proceed(connection, run) }
        return VerifyingMeasurements.begin(connection, run, message, nonce: proof.nonce, slot: slot)
    }

    private func take(_ message: Measurements, _ run: inout MeasurementRun) throws(RequesterFailure.Reason) {
        try check(message)
        let blocks: [MeasurementBlock]
        do throws(WireError) {
            blocks = try message.blocks()
        } catch {
            throw .malformed(error)
        }
        let isCount = request.index == GetMeasurements.count
        if isCount { run.report.total = message.total }
        guard isCount == blocks.isEmpty, request.index == GetMeasurements.all || blocks.count <= 1 else {
            throw .mismatch("NumberOfBlocks", expected: isCount ? 0 : 1, seen: blocks.count)
        }
        var seen = Set(run.report.blocks.map(\.index))
        for block in blocks {
            guard request.index == GetMeasurements.all || block.index == request.index else {
                throw .mismatch("Index", expected: request.index, seen: block.index)
            }
            guard (1...0xFE).contains(block.index), seen.insert(block.index).inserted else {
                throw .mismatch("Index", expected: "1...254, each once", seen: block.index)
            }
        }
        run.report.blocks += blocks
        run.report.change = message.change
    }

    private func check(_ message: Measurements) throws(RequesterFailure.Reason) {
        if let slot = request.proof?.slot, message.slot != slot {
            throw .mismatch("SlotID", expected: slot, seen: message.slot)
        }
        guard message.context == request.context else {
            throw .mismatch("RequesterContext", expected: request.context, seen: message.context)
        }
        guard message.opaque.count <= Answer.opaqueLimit else {
            throw .mismatch("OpaqueDataLength", expected: Answer.opaqueLimit, seen: message.opaque.count)
        }
    }
}

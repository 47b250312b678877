internal import WireBytes

/// A session on its way: numbered, and from the handshake keys on, keyed.
public struct SessionHandshake: Hashable, Sendable {
    /// The connection.
    public internal(set) var connection: RequesterConnection
    /// What the session will be.
    public internal(set) var session: RequesterSession
    /// What passed so far.
    public internal(set) var transcript: SessionTranscript

    var version: SPDMVersion { connection.version }
    var sizes: NegotiatedSizes { connection.sizes }

    /// Whether FINISH and what comes before it pass in the clear.
    var isInTheClear: Bool {
        switch session.key {
        case .slot: sizes.handshakeInTheClear
        case .psk: false
        }
    }

    /// In whose records the rest of the handshake passes.
    var carrier: SessionID? { isInTheClear ? nil : session.id }

    /// The session never was.
    func fail(_ request: MessageCode, _ reason: RequesterFailure.Reason) -> RequesterMachine.Transition {
        connection.fail(request, reason, in: session.id, losingSession: true)
    }

    /// The rest of the handshake is a transition of these.
    mutating func exchange(_ request: [UInt8]) -> RequesterMachine.Effect {
        connection.exchange(request, in: carrier)
    }

    /// The session stands.
    func finish() -> RequesterMachine.Transition {
        var connection = connection
        connection.sessions.append(session)
        return connection.finish(.sessionOpened(session))
    }
}

extension RequesterConnection {
    /// Why a summary of measurements cannot be asked for; nil when it can, or is not.
    func obstacle(to summary: MeasurementSummary) -> RequesterFailure.Reason? {
        let measures = !negotiated.responder.flags.isDisjoint(with: [.measurementsUnsigned, .measurements])
        return summary == .none || measures ? nil : .notPossible(.capability(.measurementsUnsigned))
    }

    /// Why no session can be opened; nil when one can.
    func obstacleToSessions(_ needed: CapabilityFlags, _ wish: SessionWish) -> RequesterFailure.Reason? {
        if let obstacle = obstacle(to: wish.summary) { return obstacle }
        if !negotiated.common.contains(needed) { return .notPossible(.capability(needed)) }
        do throws(PolicyRefusal) {
            _ = try offer.policy.isEncrypted(
                requester: negotiated.requester.flags, responder: negotiated.responder.flags)
        } catch {
            return .notAllowed(error)
        }
        return nil
    }

    /// Whether this half of a number can be used: together with any other half it names no living session, and not the
    /// number 0, which some take for none.
    func isFree(_ half: UInt16) -> Bool {
        half != 0 && !sessions.contains { UInt16(truncatingIfNeeded: $0.id.rawValue) == half }
    }

    /// The session that a response describes.
    func session(
        _ id: SessionID, _ wish: SessionWish, heartbeatPeriod: UInt8, summary: ArraySlice<UInt8>,
        opaque: ArraySlice<UInt8>
    ) throws(RequesterFailure.Reason) -> RequesterSession {
        guard heartbeatPeriod == 0 || negotiated.common.contains(.heartbeat) else {
            throw .mismatch("HeartbeatPeriod", expected: 0, seen: heartbeatPeriod)
        }
        var measurements = ConnectionTranscript()
        measurements.appendConnection(transcript.vca.span)
        return RequesterSession(
            id: id, key: wish.key, securedVersion: try selectedVersion(opaque),
            isEncrypted: negotiated.common.contains(.encrypt), heartbeatPeriod: heartbeatPeriod,
            measurementSummary: Array(summary), measurements: measurements)
    }

    /// The version of secured messages that the responder chose.
    private func selectedVersion(_ opaque: ArraySlice<UInt8>) throws(RequesterFailure.Reason) -> VersionMessage.Entry {
        guard opaque.count <= Answer.opaqueLimit else {
            throw .mismatch("OpaqueDataLength", expected: Answer.opaqueLimit, seen: opaque.count)
        }
        var selected: VersionMessage.Entry?
        do throws(WireError) {
            for element in try OpaqueData.decode(opaque, version: version).elements {
                guard case .selected(let entry)? = try SecuredMessageVersions.decode(element) else { continue }
                guard selected == nil else { throw WireError(.invalidValue, at: 0, in: "SelectedVersion") }
                selected = entry
            }
        } catch {
            throw .malformed(error)
        }
        let offered = offer.securedVersions.map(\.version)
        guard let selected, offered.contains(selected.version) else {
            let seen = selected.map { "\($0.version)" } ?? "none"
            throw .unexpected(
                field: "SelectedVersion", expected: offered.map { "\($0)" }.joined(separator: ", "), seen: seen)
        }
        return selected
    }
}

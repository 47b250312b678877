extension Responder {
    /// How far the connection is.
    public enum Connection: Hashable, Sendable {
        /// Nobody has asked for a version.
        case closed
        /// What was negotiated was lost in a reset.
        case lost
        /// VERSION was sent.
        case versioned(Versioned)
        /// CAPABILITIES was sent.
        case capable(Capable)
        /// ALGORITHMS was sent.
        case negotiated(Negotiated)
    }

    /// VERSION was sent.
    public struct Versioned: Hashable, Sendable {
        var transcript: ConnectionTranscript
    }

    /// CAPABILITIES was sent.
    public struct Capable: Hashable, Sendable {
        /// The version that the requester chose.
        public let version: SPDMVersion
        /// What the requester told of itself.
        public let requester: EndpointCapabilities
        var transcript: ConnectionTranscript
    }

    /// ALGORITHMS was sent.
    public struct Negotiated: Hashable, Sendable {
        /// The version that the requester chose.
        public let version: SPDMVersion
        /// What the requester told of itself.
        public let requester: EndpointCapabilities
        /// What this end told of itself.
        public let flags: CapabilityFlags
        /// What was selected.
        public let algorithms: Algorithms
        /// The sizes that follow from it.
        public let sizes: NegotiatedSizes
        /// This end's chains and digests for these algorithms.
        public internal(set) var identities = Identities()
        var transcript: ConnectionTranscript
        /// The last DIGESTS outside sessions, which belongs to a session's transcript when this end has several keys.
        var lastDigests: [UInt8] = []
        /// The handshake that is half open.
        public internal(set) var handshake: Handshake?
        /// The sessions that are established.
        public internal(set) var sessions: [Session] = []

        /// Flags that both ends have.
        public var common: CapabilityFlags { flags.intersection(requester.flags) }

        /// Whether both ends can open sessions from a pre-shared key.
        var canUsePSK: Bool {
            requester.flags.contains(.psk) && !flags.isDisjoint(with: [.psk, .pskWithContext])
        }

        /// Whether measurements can be told.
        var canMeasure: Bool {
            !flags.isDisjoint(with: [.measurements, .measurementsUnsigned])
                && !algorithms.measurementSpecification.isEmpty && !algorithms.measurementHash.isEmpty
        }

        /// The place of an established session.
        func place(of session: SessionID) -> Int? { sessions.firstIndex { $0.id == session } }
    }

    /// The largest response that goes in one piece: what the requester takes, from SPDM 1.2 on, and what fits into a
    /// record. Nil where there is no limit.
    func responseLimit(in session: SessionID?) -> Int? {
        // The length in front of an encrypted message takes two bytes.
        let record = session.map { _ in SecuredRecord.maximumMessageSize - 2 }
        let requester: EndpointCapabilities
        switch connection {
        case .closed, .lost, .versioned: return record
        case .capable(let capable): requester = capable.requester
        case .negotiated(let negotiated): requester = negotiated.requester
        }
        guard version >= .v1_2 else { return record }
        return min(record ?? .max, Int(requester.dataTransferSize))
    }

    /// The version that errors carry: the negotiated one, or 1.0 before.
    public var version: SPDMVersion {
        switch connection {
        case .closed, .lost, .versioned: .v1_0
        case .capable(let capable): capable.version
        case .negotiated(let negotiated): negotiated.version
        }
    }
}

/// What an operation of a requester came to.
public enum RequesterOutcome: Hashable, Sendable {
    /// The connection stands.
    case connected(NegotiatedConnection)
    /// Somebody vouched for the key in a slot; and, if it was asked for, the responder proved that it holds it.
    case authenticated(slot: UInt8, ChallengeProof?)
    /// Measurements came, and their signatures verify.
    case measured(MeasurementReport)
    /// The session is established.
    case sessionOpened(RequesterSession)
    /// The whole VENDOR_DEFINED_RESPONSE; in the clear perhaps with DOE padding behind it.
    case exchanged([UInt8])
    /// The session is alive.
    case heartbeat(SessionID)
    /// The session has new keys.
    case keysUpdated(SessionID)
    /// The responder had so many encapsulated requests.
    case encapsulatedRequestsAnswered(SessionID, Int)
    /// The session is over at both ends.
    case sessionEnded(SessionID)
}

/// What CHALLENGE_AUTH said, under a signature that verifies.
public struct ChallengeProof: Hashable, Sendable {
    /// Random bytes of the requester.
    public var nonce: Nonce
    /// Summary hash of measurements; empty when none was asked for.
    public var measurementSummary: [UInt8]
}

/// Measurements, as they came.
public struct MeasurementReport: Hashable, Sendable {
    /// What makes measurements evidence: a signature that verifies, and all that it is over.
    public struct Proof: Hashable, Sendable {
        /// Random bytes of the requester, which the signature covers.
        public var nonce: Nonce
        /// Random bytes of the responder.
        public var responderNonce: Nonce
        /// Whose key signed, FFh for the provisioned key.
        public var slot: UInt8
        /// L1, whose hash is signed.
        public var transcript: [UInt8]
        /// The signature.
        public var signature: [UInt8]
    }

    /// How many measurements there are, where that was asked for.
    public var total: UInt8?
    /// The measurements.
    public var blocks: [MeasurementBlock] = []
    /// Whether anything changed since measurements were first asked for (1.2).
    public var change: Measurements.Change = .notDetected
    /// The signatures: none, one, or one for each block.
    public var proofs: [Proof] = []
}

/// A session that was established.
public struct RequesterSession: Hashable, Sendable {
    /// Its number.
    public let id: SessionID
    /// What proved the responder's identity.
    public let key: SessionWish.Key
    /// Version of secured messages that both ends speak.
    public let securedVersion: VersionMessage.Entry
    /// Whether its messages are encrypted, not only authenticated.
    public let isEncrypted: Bool
    /// Seconds between heartbeats; 0 for none.
    public let heartbeatPeriod: UInt8
    /// Summary hash of measurements; empty when none was asked for.
    public let measurementSummary: [UInt8]
    /// Whether this end proved its identity too.
    public internal(set) var isMutual = false
    /// VCA and the measurements that passed in it since the last signature.
    var measurements: ConnectionTranscript
}

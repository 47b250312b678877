/// What a peer offered, or chose, and a policy does not allow.
public struct PolicyRefusal: Error, Hashable, Sendable {
    /// What there was to choose.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// The version of SPDM.
        case version
        /// BaseHashAlgo.
        case hash
        /// BaseAsymAlgo: signatures of the responder.
        case signature
        /// ReqBaseAsymAlg: signatures of the requester.
        case requesterSignature = "signature of the requester"
        /// DHE.
        case exchangeGroup = "exchange group"
        /// AEAD.
        case cipherSuite = "cipher suite"
        /// KeySchedule.
        case keySchedule = "key schedule"
        /// MeasurementSpecification.
        case measurementSpecification = "measurement specification"
        /// MeasurementHashAlgo.
        case measurementHash = "measurement hash"
        /// OpaqueDataFmt, in OtherParams.
        case opaqueFormat = "opaque data format"
        /// What records of sessions are protected by: ENCRYPT_CAP and MAC_CAP.
        case protection
    }

    /// The name of the policy.
    public let policy: String
    /// What there was to choose.
    public let subject: Subject
    /// What was offered or chosen.
    public let seen: String
    /// What the policy allows.
    public let allowed: String

    init(_ policy: AlgorithmPolicy, _ subject: Subject, seen: String, allowed: String) {
        self.policy = policy.name
        self.subject = subject
        self.seen = seen
        self.allowed = allowed
    }
}

extension PolicyRefusal: CustomStringConvertible {
    /// One line, for example `policy strict, cipher suite: AES-128-GCM; allowed: AES-256-GCM`.
    public var description: String { "policy \(policy), \(subject.rawValue): \(seen); allowed: \(allowed)" }
}

/// What a signature is for; from SPDM 1.2 on, it is part of what is signed (DSP0274, 15).
public enum SigningContext: String, Hashable, Sendable, CaseIterable {
    /// CHALLENGE_AUTH, by the responder.
    case responderChallenge = "responder-challenge_auth signing"
    /// CHALLENGE_AUTH in an encapsulated flow, by the requester.
    case requesterChallenge = "requester-challenge_auth signing"
    /// MEASUREMENTS.
    case measurements = "responder-measurements signing"
    /// KEY_EXCHANGE_RSP.
    case keyExchange = "responder-key_exchange_rsp signing"
    /// FINISH.
    case finish = "requester-finish signing"

    /// What goes to the signature algorithm.
    public enum Input: Hashable, Sendable {
        /// The hash itself: SPDM 1.0 and 1.1.
        case digest([UInt8])
        /// A message that the algorithm has still to hash, with the negotiated hash: from 1.2 on.
        case message([UInt8])
    }

    /// The input for the hash of a transcript.
    public func input(hash: [UInt8], version: SPDMVersion) -> Input {
        version < .v1_2 ? .digest(hash) : .message(prefix(version) + hash)
    }

    /// The 100 bytes in front of the hash: `dmtf-spdm-vX.Y.*` four times, then zeros and the purpose in 36 bytes, which
    /// it ends.
    public func prefix(_ version: SPDMVersion) -> [UInt8] {
        let text = Array("dmtf-spdm-v\(version).*".utf8)
        let purpose = Array(rawValue.utf8)
        return text + text + text + text + [UInt8](repeating: 0, count: 36 - purpose.count) + purpose
    }
}

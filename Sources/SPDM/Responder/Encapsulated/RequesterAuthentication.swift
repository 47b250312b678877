extension Responder {
    /// How far the requester authenticated itself in a handshake.
    ///
    /// ```
    /// waiting -> digests -> certificate -> (its chain is judged) -> verified
    /// ```
    public enum RequesterAuthentication: Hashable, Sendable {
        /// It is not asked to.
        case notWanted
        /// Its chain or key is known; FINISH has to be signed with it.
        case provisioned
        /// It is to ask for encapsulated requests.
        case waiting
        /// It was asked for its DIGESTS.
        case digests(Asked)
        /// It was asked for a portion of its chain.
        case certificate(CollectingCertificate)
        /// Its chain is trusted and has this digest; FINISH has to be signed with it.
        case verified([UInt8])

        /// Where a handshake starts that asks for this.
        init(_ mode: KeyExchangeResponse.MutualAuthentication) {
            switch mode {
            case .provisioned: self = .provisioned
            case .encapsulated: self = .waiting
            // The requester starts with the answer to a GET_DIGESTS that KEY_EXCHANGE_RSP stands for.
            case .encapsulatedDigests: self = .digests(Asked(requestID: 0))
            default: self = .notWanted
            }
        }
    }

    /// An encapsulated request that was sent.
    public struct Asked: Hashable, Sendable {
        /// Its number.
        public let requestID: UInt8
    }

    /// The requester's chain, of which portions are missing.
    public struct CollectingCertificate: Hashable, Sendable {
        /// Number of the encapsulated request that was sent last.
        public internal(set) var requestID: UInt8
        /// The digest that the requester told of the chain.
        let digest: [UInt8]
        /// The request that was sent last.
        var request: GetCertificate
        /// What there is of the chain.
        var chain: [UInt8] = []
        /// The length of the chain, once its first portion told it.
        var size: Int?
    }
}

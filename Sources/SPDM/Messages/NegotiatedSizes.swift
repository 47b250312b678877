/// The sizes that ALGORITHMS and CAPABILITIES fixed, on which the layout of later messages depends.
///
/// The length of an SPDM message is not on the wire (DOE pads to four bytes), so a reader computes it from the
/// message's own fields and from these sizes.
public struct NegotiatedSizes: Hashable, Sendable {
    /// H: bytes of a digest, and of verify data.
    public var hash: Int
    /// S: bytes of a signature by the responder.
    public var signature: Int
    /// Bytes of a signature by the requester, in FINISH and in an encapsulated CHALLENGE_AUTH.
    public var requesterSignature: Int
    /// D: bytes of exchange data in KEY_EXCHANGE.
    public var exchange: Int
    /// Both ends have HANDSHAKE_IN_THE_CLEAR: the responder's verify data is in FINISH_RSP, not in KEY_EXCHANGE_RSP.
    public var handshakeInTheClear: Bool
    /// The responder has several keys (SPDM 1.3): DIGESTS tells of them.
    public var multiKey: Bool

    /// Creates sizes; before ALGORITHMS all are zero.
    public init(
        hash: Int = 0, signature: Int = 0, requesterSignature: Int = 0, exchange: Int = 0,
        handshakeInTheClear: Bool = false, multiKey: Bool = false
    ) {
        self.hash = hash
        self.signature = signature
        self.requesterSignature = requesterSignature
        self.exchange = exchange
        self.handshakeInTheClear = handshakeInTheClear
        self.multiKey = multiKey
    }

    /// The sizes of a selection, where both ends have the capabilities in `common`.
    ///
    /// Nil when more than one algorithm of a kind is selected or one whose sizes are not known here. What is not
    /// selected has size 0. Whether the responder has several keys is for the caller to set: the requester asks for it
    /// in NEGOTIATE_ALGORITHMS, and the bit in ALGORITHMS is about the requester's keys.
    public init?(selected algorithms: Algorithms, common: CapabilityFlags) {
        guard let hash = algorithms.hash.digestSize, let signature = algorithms.asymmetric.signatureSize,
            let requesterSignature = (algorithms.tables.requesterAsymmetric ?? []).signatureSize,
            let exchange = (algorithms.tables.exchange ?? []).exchangeSize
        else { return nil }
        self.init(
            hash: hash, signature: signature, requesterSignature: requesterSignature, exchange: exchange,
            handshakeInTheClear: common.contains(.handshakeInTheClear))
    }

    /// The sizes as they hold for an encapsulated request, where the roles are exchanged.
    ///
    /// Whether the requester's own DIGESTS tell of several keys is not the responder's choice and is for the caller to
    /// set.
    public var encapsulated: NegotiatedSizes {
        var sizes = self
        sizes.signature = requesterSignature
        sizes.requesterSignature = signature
        sizes.multiKey = false
        return sizes
    }
}

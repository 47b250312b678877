/// What the two ends of a connection agreed on.
public struct NegotiatedConnection: Hashable, Sendable {
    /// The version of every message from now on.
    public let version: SPDMVersion
    /// What the requester told of itself.
    public let requester: EndpointCapabilities
    /// What the responder told of itself.
    public let responder: EndpointCapabilities
    /// The algorithms.
    public let algorithms: Algorithms
    /// The sizes that follow from them.
    public let sizes: NegotiatedSizes

    /// What both ends can do.
    public var common: CapabilityFlags { requester.flags.intersection(responder.flags) }

    /// Whether sessions by PSK_EXCHANGE are possible.
    public var hasPSK: Bool {
        requester.flags.contains(.psk) && !responder.flags.isDisjoint(with: [.psk, .pskWithContext])
    }
}

extension ExchangeTerms {
    /// The terms between two ends.
    init(
        _ version: SPDMVersion, requester: EndpointCapabilities, responder: EndpointCapabilities, handle: UInt8,
        patience: Patience
    ) {
        let hasSizes = version >= .v1_2
        self.init(
            peerTransferSize: hasSizes ? Int(responder.dataTransferSize) : nil,
            peerMessageSize: hasSizes ? Int(responder.maximumMessageSize) : nil,
            messageSize: Int(requester.maximumMessageSize),
            hasChunks: hasSizes && requester.flags.intersection(responder.flags).contains(.chunk), handle: handle,
            patience: patience)
    }
}

/// What a requester offers: everything that it would agree to.
public struct RequesterOffer: Hashable, Sendable {
    /// Versions and algorithms that it agrees to.
    public var policy: AlgorithmPolicy
    /// What it can do; flags that a version does not have are left out there.
    public var capabilities: EndpointCapabilities
    /// Formats of a measurement log (1.3); 0 for none.
    public var measurementLogSpecifications: UInt8
    /// Whether a responder that can use several keys, or one, is to use several (1.3).
    public var prefersSeveralKeys: Bool
    /// Versions of secured messages.
    public var securedVersions: [VersionMessage.Entry]
    /// How often and how long it waits.
    public var patience: ExchangeTerms.Patience

    /// Secured messages 1.0, 1.1 and 1.2, which are alike on DOE.
    public static let allSecuredVersions = [0x1000, 0x1100, 0x1200].map(VersionMessage.Entry.init(rawValue:))

    /// Creates an offer.
    public init(
        policy: AlgorithmPolicy = .strict, capabilities: EndpointCapabilities,
        measurementLogSpecifications: UInt8 = 0, prefersSeveralKeys: Bool = false,
        securedVersions: [VersionMessage.Entry] = Self.allSecuredVersions,
        patience: ExchangeTerms.Patience = ExchangeTerms.Patience()
    ) {
        self.policy = policy
        self.capabilities = capabilities
        self.measurementLogSpecifications = measurementLogSpecifications
        self.prefersSeveralKeys = prefersSeveralKeys
        self.securedVersions = securedVersions
        self.patience = patience
    }

    /// Opaque data of KEY_EXCHANGE and PSK_EXCHANGE.
    func opaque(_ version: SPDMVersion) -> [UInt8] {
        OpaqueData([SecuredMessageVersions.supported(securedVersions).element]).encoded(version: version)
    }
}

extension CapabilityFlags {
    /// Those that a requester can have in this version.
    func ofRequester(_ version: SPDMVersion) -> CapabilityFlags {
        var known: CapabilityFlags = [
            .certificate, .challenge, .encrypt, .mac, .mutualAuthentication, .keyExchange, .psk, .encapsulated,
            .heartbeat, .keyUpdate, .handshakeInTheClear, .publicKeyID,
        ]
        if version >= .v1_2 { known.insert(.chunk) }
        if version >= .v1_3 {
            known.formUnion([.endpointInfoUnsigned, .endpointInfo, .event, .multiKeyOnly, .multiKeySelectable])
        }
        return intersection(known)
    }
}

public import SPDM

/// Which responders are believed.
public struct ResponderTrust: Sendable {
    /// Judges the chain of a slot, as CERTIFICATE carried it, at a time in seconds since 1970.
    public var verify: @Sendable ([UInt8], ChainContext, Int64) throws(ChainRefusal) -> VerifiedIdentity
    /// Says who the responder is that has no certificate (PUB_KEY_ID_CAP).
    public var provisioned: @Sendable (ChainContext) throws(ChainRefusal) -> VerifiedIdentity

    /// Believes whom a trust believes.
    public init(_ trust: DeviceTrust) {
        verify = { (chain, context, time) throws(ChainRefusal) in try trust.verify(chain, as: context, at: time) }
        provisioned = { (context) throws(ChainRefusal) in try trust.provisionedIdentity(as: context) }
    }

    /// Believes whom these functions let pass.
    public init(
        verify: @escaping @Sendable ([UInt8], ChainContext, Int64) throws(ChainRefusal) -> VerifiedIdentity,
        provisioned: @escaping @Sendable (ChainContext) throws(ChainRefusal) -> VerifiedIdentity
    ) {
        self.verify = verify
        self.provisioned = provisioned
    }
}

/// What an ``SPDMRequester`` is.
public struct RequesterSettings: Sendable {
    /// Takes a secret of a session: `dhe_secret`, the shared secret of KEY_EXCHANGE, or `psk`, the pre-shared key. Who
    /// has one reads the whole session.
    public typealias KeyLog = @Sendable (SessionID, _ label: String, _ secret: [UInt8]) -> Void

    /// What it offers.
    public let offer: RequesterOffer
    /// Which responders are believed.
    public var trust: ResponderTrust
    /// What it shows of itself in mutual authentication; nil for nothing.
    public let identity: (any SlotIdentity)?
    /// Keys for PSK_EXCHANGE.
    public let preSharedKeys: [PreSharedKey]
    /// How many records one key of a session protects.
    public let recordLimit: UInt64
    /// Where secrets of sessions are written to; nil, as it should be, for nowhere.
    public let keyLog: KeyLog?

    /// Creates settings.
    ///
    /// Without an offer, it is all that what is given makes possible, under the strict policy. Of the requester's
    /// signatures, only those are offered that the identity can make.
    public init(
        offer: RequesterOffer? = nil, trust: ResponderTrust, identity: (any SlotIdentity)? = nil,
        preSharedKeys: [PreSharedKey] = [], recordLimit: UInt64 = SessionKeys.recordLimit, keyLog: KeyLog? = nil
    ) {
        let possible = Self.capabilities(of: identity, hasKeys: !preSharedKeys.isEmpty)
        var offer = offer ?? RequesterOffer(capabilities: possible)
        if let identity { offer.policy.requesterSignatures.removeAll { !identity.signatures.contains($0) } }
        self.offer = offer
        self.trust = trust
        self.identity = identity
        self.preSharedKeys = preSharedKeys
        self.recordLimit = recordLimit
        self.keyLog = keyLog
    }

    /// Everything that is spoken here but a handshake in the clear, in messages of 4,608 bytes, and of 128 KiB in
    /// chunks. Cryptography takes at most a second.
    public static func capabilities(hasIdentity: Bool = false, hasKeys: Bool = false) -> EndpointCapabilities {
        var flags: CapabilityFlags = [.encrypt, .mac, .keyExchange, .encapsulated, .heartbeat, .keyUpdate, .chunk]
        if hasIdentity { flags.formUnion([.certificate, .mutualAuthentication]) }
        if hasKeys { flags.insert(.psk) }
        return EndpointCapabilities(
            ctExponent: 20, flags: flags, dataTransferSize: 0x1200, maximumMessageSize: 0x2_0000)
    }

    /// The same for one that shows this of itself: a chain of certificates, or a key that responders know beforehand.
    public static func capabilities(of identity: (any SlotIdentity)?, hasKeys: Bool) -> EndpointCapabilities {
        var capabilities = capabilities(hasIdentity: identity != nil, hasKeys: hasKeys)
        if identity is ProvisionedKey {
            capabilities.flags.remove(.certificate)
            capabilities.flags.insert(.publicKeyID)
        }
        return capabilities
    }
}

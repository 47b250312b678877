/// What a responder offers and demands, fixed while it lives.
public struct ResponderProfile: Hashable, Sendable {
    /// Whether and how the requester authenticates itself in KEY_EXCHANGE.
    public struct MutualAuthentication: Hashable, Sendable {
        /// Which flow.
        public var mode: KeyExchangeResponse.MutualAuthentication
        /// Which of the requester's slots, 0...7; with `provisioned`, also
        /// ``KeyExchangeResponse/provisionedKeySlot``.
        public var slot: UInt8
        /// Whether a requester that cannot is refused; else it gets a session without.
        public var isRequired: Bool

        /// Creates a demand.
        public init(
            _ mode: KeyExchangeResponse.MutualAuthentication = .none, slot: UInt8 = 0, isRequired: Bool = true
        ) {
            self.mode = mode
            self.slot = slot
            self.isRequired = isRequired
        }
    }

    /// Which versions and algorithms, the preferred first; 1.1 to 1.3 are spoken.
    public var policy: AlgorithmPolicy
    /// The signatures that the keys in the slots can make.
    public var signatures: BaseAsymmetricAlgorithms
    /// How measurements are hashed; nil for the hash of transcripts.
    public var measurementHash: MeasurementHashAlgorithms?
    /// What CAPABILITIES tells. Flags that a version does not have are left out there; of the two bits of PSK and of
    /// MEAS, the one that says more is told.
    public var capabilities: EndpointCapabilities
    /// Versions of secured messages, the preferred first.
    public var securedVersions: [VersionMessage.Entry]
    /// Slots that can hold a chain, beside those that do (1.3).
    public var supportedSlots: UInt8
    /// Whether the requester authenticates itself.
    public var mutualAuthentication: MutualAuthentication
    /// Seconds between heartbeats, 0 for none; a session that is silent for twice as long ends.
    public var heartbeatPeriod: UInt8
    /// How many sessions there can be at once, at most ``greatestSessionLimit``.
    public var sessionLimit: Int
    /// Requests that are answered ResponseNotReady first, and in earnest when asked with RESPOND_IF_READY.
    public var deferred: Set<MessageCode>

    /// Creates a profile; without arguments that of a device for TDISP with a key on P-384.
    public init(
        policy: AlgorithmPolicy = .strict,
        signatures: BaseAsymmetricAlgorithms = .ecdsaP384,
        measurementHash: MeasurementHashAlgorithms? = nil,
        capabilities: EndpointCapabilities = .device,
        securedVersions: [VersionMessage.Entry] = ResponderProfile.knownSecuredVersions,
        supportedSlots: UInt8 = 0,
        mutualAuthentication: MutualAuthentication = MutualAuthentication(),
        heartbeatPeriod: UInt8 = 0,
        sessionLimit: Int = 4,
        deferred: Set<MessageCode> = []
    ) {
        self.policy = policy
        self.policy.versions = policy.versions.filter { $0 >= .v1_1 && $0 <= .v1_3 }
        self.signatures = signatures
        self.measurementHash = measurementHash
        self.capabilities = capabilities
        self.securedVersions = securedVersions
        self.supportedSlots = supportedSlots
        self.mutualAuthentication = mutualAuthentication
        self.heartbeatPeriod = heartbeatPeriod
        self.sessionLimit = min(max(sessionLimit, 0), Self.greatestSessionLimit)
        self.deferred = deferred
    }

    /// As many sessions as one responder can be asked to keep.
    public static let greatestSessionLimit = 1024

    /// Secured messages 1.2, 1.1 and 1.0, which are alike on DOE.
    public static let knownSecuredVersions: [VersionMessage.Entry] = [0x1200, 0x1100, 0x1000].map {
        VersionMessage.Entry(rawValue: $0)
    }

    /// The flags that `version` has.
    func flags(_ version: SPDMVersion) -> CapabilityFlags {
        let bits: UInt32 = version >= .v1_3 ? 0x0FFF_FFFF : version >= .v1_2 ? 0x003F_FFFF : 0x0001_FFFF
        var flags = CapabilityFlags(rawValue: capabilities.flags.rawValue & bits)
        if flags.contains(.pskWithContext) { flags.remove(.psk) }
        if flags.contains(.measurements) { flags.remove(.measurementsUnsigned) }
        return flags
    }
}

extension EndpointCapabilities {
    /// A device for TDISP: certificates, challenge, signed measurements, encrypted sessions, encapsulated requests,
    /// heartbeat, key update, chunks; pieces of 4 KiB, messages of 64 KiB; 2^20 microseconds for cryptography.
    public static let device = EndpointCapabilities(
        ctExponent: 20,
        flags: [
            .certificate, .challenge, .measurements, .measurementsFresh, .encrypt, .mac, .keyExchange, .encapsulated,
            .heartbeat, .keyUpdate, .chunk,
        ],
        dataTransferSize: 4096, maximumMessageSize: 65536)
}

internal import OpenSSLCrypto
public import SPDM

/// A slot that holds a chain.
public struct ResponderSlot: Sendable {
    /// 0...7.
    public var number: UInt8
    /// What it shows and signs with.
    public var identity: any SlotIdentity
    /// KeyPairID, told when the device has several keys (1.3).
    public var keyPair: UInt8

    /// Creates a slot.
    public init(_ number: UInt8 = 0, _ identity: any SlotIdentity, keyPair: UInt8 = 1) {
        self.number = number
        self.identity = identity
        self.keyPair = keyPair
    }
}

/// Which requesters are believed in mutual authentication.
public struct RequesterTrust: Hashable, Sendable {
    /// The roots and rules for chains, and the key that was provisioned, if one was.
    public var trust: DeviceTrust
    /// The chain that was provisioned, as CERTIFICATE would carry it; nil for none.
    public var provisionedChain: [UInt8]?

    /// Creates trust.
    public init(_ trust: DeviceTrust, provisionedChain: [UInt8]? = nil) {
        self.trust = trust
        self.provisionedChain = provisionedChain
    }

    /// What stands for the provisioned requester in transcripts, before it is hashed.
    var provisioned: [UInt8]? { provisionedChain ?? trust.provisionedKey }
}

/// What an ``SPDMResponder`` is.
public struct ResponderSettings: Sendable {
    /// What it offers and demands. Which signatures it can make is known from its keys.
    public var profile: ResponderProfile {
        didSet { profile.signatures = signatures }
    }
    /// The slots that hold a chain.
    public let slots: [ResponderSlot]
    /// The key that requesters were provisioned with (PUB_KEY_ID); its chain is not used.
    public let provisionedKey: (any SlotIdentity)?
    /// What is measured. A profile with MEAS_FRESH_CAP promises that it is what is so now: whoever changes what is
    /// measured says so at once with ``SPDMResponder/setMeasurements(_:pending:isFirmwareUpdated:)``.
    public var measurements: [DeviceMeasurement]
    /// What will be measured once an update that is waiting is in force (1.3); nil when none waits.
    public var pendingMeasurements: [DeviceMeasurement]?
    /// Keys for PSK_EXCHANGE.
    public var preSharedKeys: [PreSharedKey]
    /// Which requesters are believed; nil for none.
    public var requesterTrust: RequesterTrust?
    /// How many records one key protects.
    public var recordLimit: UInt64

    /// Creates settings.
    public init(
        profile: ResponderProfile = ResponderProfile(), slots: [ResponderSlot],
        provisionedKey: (any SlotIdentity)? = nil,
        measurements: [DeviceMeasurement] = [], preSharedKeys: [PreSharedKey] = [],
        requesterTrust: RequesterTrust? = nil, recordLimit: UInt64 = SessionKeys.recordLimit
    ) {
        self.profile = profile
        self.slots = slots
        self.provisionedKey = provisionedKey
        self.measurements = measurements
        self.preSharedKeys = preSharedKeys
        self.requesterTrust = requesterTrust
        self.recordLimit = recordLimit
        self.profile.signatures = signatures
    }

    private var signatures: BaseAsymmetricAlgorithms {
        slots.reduce(into: provisionedKey?.signatures ?? []) { $0.formUnion($1.identity.signatures) }
    }

    /// The key of a slot; FFh is the provisioned one.
    func identity(_ slot: UInt8) -> (any SlotIdentity)? {
        slot == 0xFF ? provisionedKey : slots.first { $0.number == slot }?.identity
    }

    /// The key that a requester calls this.
    func preSharedKey(_ hint: [UInt8]) -> PreSharedKey? { preSharedKeys.first { $0.hint == hint } }
}

public import PCIe
public import SPDM
public import SPDMEndpoints
public import TDISP

// A device that is served to others than the host's own TSM: what a host around it would have set up is there, and its
// mailbox is open.

/// How a device meets hosts that are not its own.
public struct ForeignTerms: Sendable {
    /// What it shows itself as: a chain of certificates, or a key that hosts know beforehand; nil: a chain is issued.
    public var identity: (any SlotIdentity)?
    /// Keys that hosts may open sessions with.
    public var preSharedKeys: [PreSharedKey] = []
    /// Who may open a session by a key exchange, proving it by a certificate or by the key that is named here; nil:
    /// anybody.
    public var requesters: RequesterTrust?

    /// The terms of a device that takes everybody.
    public init() {}
}

extension HostModel {
    /// Sets up what the host of a device would: memory and bus mastering on, and stream 0 enabled as the default of its
    /// port, so that keys make it Secure. False when there is no such DSM, or no identity could be made.
    public mutating func prepareForForeignHost(
        _ dsm: FunctionAddress, policy: AlgorithmPolicy, _ terms: ForeignTerms = ForeignTerms()
    ) -> Bool {
        guard let device = devices[dsm], device.dsm != nil, device.description.features.contains(.doe),
            let identity = terms.identity ?? (try? issue(device))
        else { return false }
        device.profile = .foreign(policy, terms)
        let isBare = identity is ProvisionedKey
        let settings = ResponderSettings(
            profile: device.profile, slots: isBare ? [] : [ResponderSlot(0, identity)],
            provisionedKey: isBare ? identity : nil, measurements: device.measurements,
            preSharedKeys: terms.preSharedKeys, requesterTrust: terms.requesters, recordLimit: recordLimit)
        device.responder = SPDMResponder(settings, chance: ModelChance(fork()))
        let stream = StreamID(rawValue: 0)
        for function in device.functions { setCommand([.memorySpace, .busMaster], true, of: function, device) }
        configureStream(stream, device)
        guard let block = device.block(of: stream) else { return false }
        var control = block.control
        control.isEnabled = true
        write(block.setting(control), to: device.functions[0], of: device)
        return true
    }

    /// What the device behind a mailbox answers to an SPDM message or record; nil when it answers nothing.
    ///
    /// With a time of day, in seconds since 1970-01-01 UTC, the host's virtual time follows it: certificates of somebody's
    /// own are valid by the calendar, and a session that was silent for two heartbeat periods has ended.
    public mutating func answer(
        _ message: TransportMessage, of dsm: FunctionAddress, at seconds: Int64? = nil
    ) -> TransportMessage? {
        guard let device = devices[dsm], prepareResponder(of: device) else { return nil }
        if let seconds {
            time = max(time, UInt64(max(0, seconds - Self.calendar)) * 1_000_000_000)
            _ = device.letTimePass(to: now)
        }
        return transact(message, with: device)
    }

    /// Why the device refused to believe who a host says it is, if it did since this was last asked.
    public mutating func takeRequesterRefusal(of dsm: FunctionAddress) -> RequesterRefusal? {
        devices[dsm]?.responder?.takeRequesterRefusal()
    }

    /// The states of a device's interfaces.
    public func states(of dsm: FunctionAddress) -> [FunctionAddress: TDIState] {
        var states: [FunctionAddress: TDIState] = [:]
        for function in devices[dsm]?.functions ?? [] {
            states[function.address] = devices[dsm]?.tdi(function.address.requesterID)?.state
        }
        return states
    }

    /// Who talked to the device is gone: its sessions end, with all that this means for streams and interfaces.
    public mutating func foreignHostLeft(_ dsm: FunctionAddress) { devices[dsm]?.endSessions() }

    /// The root certificate, in DER, under which a device's chain is issued; nil when there is none.
    public func rootCertificate(of dsm: FunctionAddress) -> [UInt8]? {
        devices[dsm].flatMap { try? authority.root($0.identity.root) }
    }
}

extension ResponderProfile {
    /// What a device offers to requesters of other makes: heartbeats, and where anything goes a handshake in the clear.
    fileprivate static func foreign(_ policy: AlgorithmPolicy, _ terms: ForeignTerms) -> ResponderProfile {
        var capabilities = EndpointCapabilities.device
        if policy == .tolerant { capabilities.flags.insert(.handshakeInTheClear) }
        if terms.identity is ProvisionedKey {
            capabilities.flags.remove(.certificate)
            capabilities.flags.insert(.publicKeyID)
        }
        if !terms.preSharedKeys.isEmpty { capabilities.flags.insert(.pskWithContext) }
        var profile = ResponderProfile(policy: policy, capabilities: capabilities, heartbeatPeriod: 240)
        if let requesters = terms.requesters {
            profile.capabilities.flags.insert(.mutualAuthentication)
            profile.mutualAuthentication =
                requesters.trust.provisionedKey == nil
                ? .init(.encapsulated) : .init(.provisioned, slot: KeyExchangeResponse.provisionedKeySlot)
        }
        return profile
    }
}

public import PCIe
public import SPDM
public import SPDMEndpoints
public import TDISP

// A device that is served to others than the host's own TSM: what a host around it would have set up is there, and its
// mailbox is open.

extension HostModel {
    /// Sets up what the host of a device would: memory and bus mastering on, and stream 0 enabled as the default of its
    /// port, so that keys make it Secure. With an identity of somebody's own, the device shows that one. False when there
    /// is no such DSM.
    public mutating func prepareForForeignHost(
        _ dsm: FunctionAddress, policy: AlgorithmPolicy, presenting identity: DeviceIdentity? = nil
    ) -> Bool {
        guard let device = devices[dsm], device.dsm != nil else { return false }
        device.profile = .foreign(policy)
        if let identity { device.take(identity, ModelChance(fork())) }
        guard prepareResponder(of: device) else { return false }
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
    public mutating func answer(_ message: TransportMessage, of dsm: FunctionAddress) -> TransportMessage? {
        guard let device = devices[dsm], prepareResponder(of: device) else { return nil }
        return transact(message, with: device)
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
    fileprivate static func foreign(_ policy: AlgorithmPolicy) -> ResponderProfile {
        var capabilities = EndpointCapabilities.device
        if policy == .tolerant { capabilities.flags.insert(.handshakeInTheClear) }
        return ResponderProfile(policy: policy, capabilities: capabilities, heartbeatPeriod: 240)
    }
}

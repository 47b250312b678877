internal import Assignment
internal import PCIe
internal import TDISP

// What happens to a function: registers, resets, data. A host sees little of it, so the function becomes suspect.

extension HostModel {
    mutating func write(_ value: UInt32, at offset: Int, width: Int, to address: FunctionAddress) {
        guard let (device, function) = locate(address), let width = ConfigurationWrite.Width(rawValue: width),
            let write = try? ConfigurationWrite(offset: offset, width: width, value: value)
        else { return }
        self.write(write, to: function, of: device)
        notices.suspect(address, of: device.address)
    }

    mutating func clear(_ bit: Command, of address: FunctionAddress) {
        guard let (device, function) = locate(address) else { return }
        setCommand(bit, false, of: function, device)
        notices.suspect(address, of: device.address)
    }

    /// A function, or `everywhere` each of its device, meets an incident that a host learns of by asking.
    mutating func meet(_ incident: TDI.Incident, _ address: FunctionAddress, everywhere: Bool = false) {
        guard let (device, _) = locate(address) else { return }
        device.takeDSM(everywhere ? .deviceIncident(incident) : .incident(incident, on: address.requesterID))
        for function in everywhere ? device.functions.map(\.address) : [address] {
            notices.suspect(function, of: device.address)
        }
    }

    /// The kernel resets for whoever asks it, and brings the registers of this function back.
    mutating func resetUnasked(_ address: FunctionAddress) {
        guard let (device, function) = locate(address) else { return }
        let saved = function.registers.space
        device.resetFunction(function)
        followBusMastering(of: device)
        restore(saved, of: function, device)
        let affected = function.isPhysical ? [function] + device.virtualFunctions(of: function) : [function]
        noticeReset(of: affected, device)
        if function === device.functions[0] { loseSession(of: device, .deviceReset) }
        notices.suspect(address, of: device.address)
    }
}

extension DeviceIncident {
    /// What it is to an interface.
    var atTDI: TDI.Incident {
        switch self {
        case .dataIntegrityLost: .dataIntegrityLost
        case .requestFailed: .requestFailed
        case .untrustedTranslation: .untrustedTranslation
        case .untrustedPageResponse: .untrustedPageResponse
        case .requesterIDChanged: .requesterIDChanged
        case .contextLost: .contextLost
        }
    }

    /// Whether every interface of the device is meant.
    var isOfDevice: Bool {
        switch self {
        case .dataIntegrityLost, .requestFailed, .untrustedTranslation, .untrustedPageResponse: false
        case .requesterIDChanged, .contextLost: true
        }
    }
}

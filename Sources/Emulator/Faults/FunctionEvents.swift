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

    mutating func poison(_ address: FunctionAddress) {
        guard let (device, function) = locate(address) else { return }
        device.takeDSM(.incident(.poisonedData, on: function.address.requesterID))
        notices.suspect(address, of: device.address)
    }

    mutating func resetUnasked(_ address: FunctionAddress) {
        guard let (device, function) = locate(address) else { return }
        device.resetFunction(function)
        followBusMastering(of: device)
        let affected = function.isPhysical ? [function] + device.virtualFunctions(of: function) : [function]
        noticeReset(of: affected, device)
        if function === device.functions[0] { loseSession(of: device, .deviceReset) }
        notices.suspect(address, of: device.address)
    }
}

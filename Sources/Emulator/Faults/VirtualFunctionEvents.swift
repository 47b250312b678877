internal import Assignment
internal import PCIe

// Virtual functions come and go (SR-IOV; PCIe 6.0, 9.3.3). The device has those that its registers enable; here is what
// that means for the software around them.

extension HostModel {
    /// The host disables the virtual functions that there are, and enables as many as are wanted. Nothing happens if there
    /// are as many already, or the device cannot have them.
    mutating func setVirtualFunctions(_ count: UInt16, of address: FunctionAddress) {
        guard let (device, function) = locate(address), device.has(function), let sriov = function.sriov,
            count <= sriov.totalVFs, count != sriov.enabledVFs
        else { return }
        notices.suspect(address, of: device.address)
        write(sriov.setting([]), to: function, of: device)
        defer { if software[address]?.domain == nil { software[address]?.saved = function.registers.space } }
        guard count > 0 else { return }
        write(sriov.settingNumberOfVFs(count), to: function, of: device)
        write(sriov.setting([.vfEnable, .vfMemorySpace]), to: function, of: device)
        advance(latencies.virtualFunctions, device)
    }

    /// What a write to SR-IOV registers means for those who use the functions.
    mutating func followVirtualFunctions(of device: EmulatedDevice, from before: [EmulatedFunction]) {
        guard before.count != device.functions.count else { return }
        for function in before where !function.isEnabled { lose(function, of: device) }
        let new = device.functions.filter { function in !before.contains { $0 === function } }
        guard !new.isEmpty else { return }
        for function in new { bindNativeDriver(to: function, of: device) }
        // A device that is connected proved who it is in the session. Who wants to convert a new function has to end that.
        if liveConnection(of: device) == nil { tsm.authentications[device.address] = nil }
    }

    /// A function that was disabled is pulled from under whoever used it. Whoever has it on vfio-pci is told, and keeps it in
    /// the books until that is cleared up, as with a device that is pulled out; a lock that the TSM holds is owed a STOP.
    private mutating func lose(_ function: EmulatedFunction, of device: EmulatedDevice) {
        let address = function.address
        if software[address]?.driver == FunctionSoftware.vfio {
            notices.post(.device(address, .deviceGone), of: device.address)
        } else {
            software[address]?.driver = nil
            memory.detachUntrusted(address)
        }
    }

    /// A function that appears gets its host driver, unless it is still in the books as somebody else's, or held closed.
    mutating func bindNativeDriver(to function: EmulatedFunction, of device: EmulatedDevice) {
        guard !memory.isShut(function.address), let own = software[function.address],
            own.driver != FunctionSoftware.vfio, let native = own.nativeDriver
        else { return }
        software[function.address]?.driver = native
        giveToHost(function, of: device)
    }
}

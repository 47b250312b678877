internal import PCIe

/// Builds the configuration spaces of a topology's functions. Functions of one kind share the masks of their registers.
struct ConfigurationFactory {
    private var masks: [ConfigurationSpaceBuilder: FunctionRegisters] = [:]

    /// The registers of a physical function.
    mutating func physicalFunction(
        _ number: Int, of device: Topology.Device
    ) throws(ConfigurationSpaceBuilder.BuildError) -> FunctionRegisters {
        var function = ConfigurationSpaceBuilder(
            vendorID: device.vendorID, deviceID: device.deviceID, classCode: device.classCode)
        function.subsystemVendorID = device.vendorID
        function.isMultiFunction = device.physicalFunctions > 1
        function.command = [.memorySpace]
        function.express.capabilities = capabilities(of: device)
        if device.flaws.contains(.phantomFunctions) { function.express.control.insert(.phantomFunctions) }
        function.baseAddresses = device.memoryRanges.map { range in
            ConfigurationSpaceBuilder.BaseAddress(
                index: range.register, kind: .memory64, size: range.size, isPrefetchable: true,
                address: (range.address ?? 0) + UInt64(number) * range.size)
        }
        if device.features.contains(.msiX) { function.msiX = msiX(in: device.memoryRanges) }
        function.virtualization = virtualization(number, of: device)
        function.hasSelfTest = true
        function.expansionROMSize = 64 << 10
        let next = number + 1 < device.physicalFunctions ? number + 1 : 0
        function.alternativeRouting = ConfigurationSpaceBuilder.AlternativeRouting(
            nextFunction: UInt8(truncatingIfNeeded: next), hasGroup: true, enablesGroups: number == 0)
        function.hasPASID = true
        function.hasLongTags = true
        function.hasResizableMemory = true
        guard number == 0 else { return try registers(function) }
        function.mailboxCount = device.features.contains(.doe) ? 1 : 0
        if device.features.contains(.ide) {
            function.ide = ConfigurationSpaceBuilder.IDE(selectiveStreamCount: device.dsm.streams)
        }
        function.reportsErrors = true
        return try registers(function)
    }

    /// The registers of a virtual function, whose memory is described by its physical function, and which shares that one's
    /// PASID capability.
    mutating func virtualFunction(
        of device: Topology.Device
    ) throws(ConfigurationSpaceBuilder.BuildError) -> FunctionRegisters {
        var function = ConfigurationSpaceBuilder(vendorID: 0xFFFF, deviceID: 0xFFFF, classCode: device.classCode)
        function.subsystemVendorID = device.vendorID
        function.command = []
        function.express.capabilities = capabilities(of: device)
        function.alternativeRouting = ConfigurationSpaceBuilder.AlternativeRouting()
        return try registers(function)
    }

    /// The registers of a root port.
    mutating func rootPort(
        of device: Topology.Device
    ) throws(ConfigurationSpaceBuilder.BuildError) -> FunctionRegisters {
        var port = ConfigurationSpaceBuilder(vendorID: 0x1D05, deviceID: 0x8000, classCode: 0x06_0400)
        let bus = device.address.requesterID.bus
        port.layout = .bridge(primary: device.rootPort.requesterID.bus, secondary: bus, subordinate: bus)
        port.express = ConfigurationSpaceBuilder.Express(portType: .rootPort, capabilities: [.extendedTag])
        port.ide = ConfigurationSpaceBuilder.IDE(selectiveStreamCount: device.dsm.streams)
        port.reportsErrors = true
        return try registers(port)
    }

    private func capabilities(of device: Topology.Device) -> DeviceCapabilities {
        var capabilities: DeviceCapabilities = [.extendedTag]
        if device.features.contains(.flr) { capabilities.insert(.functionLevelReset) }
        if device.features.contains(.teeIO) { capabilities.insert(.teeIO) }
        if device.flaws.contains(.phantomFunctions) { capabilities.formUnion(DeviceCapabilities(rawValue: 1 << 3)) }
        return capabilities
    }

    /// Table and pending bits in the last two pages of the first memory range that has room for them and something
    /// else.
    private func msiX(in ranges: [Topology.MemoryRange]) -> ConfigurationSpaceBuilder.MSIX? {
        guard let range = ranges.first(where: { $0.size >= 16 << 10 && $0.size <= 1 << 31 }) else { return nil }
        let end = UInt32(truncatingIfNeeded: range.size)
        return ConfigurationSpaceBuilder.MSIX(
            vectors: 16,
            table: MSIXCapability.Location(baseAddressRegister: range.register, offset: end - 8192),
            pendingBits: MSIXCapability.Location(baseAddressRegister: range.register, offset: end - 4096))
    }

    private func virtualization(_ number: Int, of device: Topology.Device) -> ConfigurationSpaceBuilder.Virtualization?
    {
        guard let vfs = device.virtualFunctions else { return nil }
        let base = (device.virtualMemory ?? 0) + UInt64(number) * vfs.memory * UInt64(vfs.total)
        return ConfigurationSpaceBuilder.Virtualization(
            totalVFs: vfs.total, enabledVFs: vfs.enabled, firstVFOffset: vfs.offset, vfStride: vfs.stride,
            vfDeviceID: vfs.deviceID,
            baseAddresses: [
                ConfigurationSpaceBuilder.BaseAddress(
                    index: 0, kind: .memory64, size: vfs.memory, isPrefetchable: true, address: base)
            ])
    }

    private mutating func registers(
        _ builder: ConfigurationSpaceBuilder
    ) throws(ConfigurationSpaceBuilder.BuildError) -> FunctionRegisters {
        let built = try builder.build()
        var kind = builder
        kind.vendorID = 0
        kind.deviceID = 0
        kind.classCode = 0
        for index in kind.baseAddresses.indices { kind.baseAddresses[index].address = 0 }
        for index in kind.virtualization?.baseAddresses.indices ?? 0..<0 {
            kind.virtualization?.baseAddresses[index].address = 0
        }
        if case .bridge = kind.layout { kind.layout = .bridge(primary: 0, secondary: 0, subordinate: 0) }
        guard let shared = masks[kind] else {
            masks[kind] = built
            return built
        }
        return FunctionRegisters(
            space: built.space, writable: shared.writable, clearable: shared.clearable, triggers: shared.triggers)
    }
}

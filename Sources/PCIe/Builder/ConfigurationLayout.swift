/// A configuration space under construction: values, what writes do to them, and where the lists end.
struct ConfigurationLayout {
    private var space = ConfigurationSpace()
    private var writable = ConfigurationSpace()
    private var clearable = ConfigurationSpace()
    private var triggers = ConfigurationSpace()
    private var conventionalEnd = ConfigurationSpace.headerSize
    private var lastConventional: Int?
    private var extendedEnd = ConfigurationSpace.conventionalSize
    private var lastExtended: Int?

    typealias BuildError = ConfigurationSpaceBuilder.BuildError

    var registers: FunctionRegisters {
        FunctionRegisters(space: space, writable: writable, clearable: clearable, triggers: triggers)
    }

    /// A 16-bit register, and which of its bits can be written.
    private mutating func word(_ value: UInt16, at offset: Int, writable mask: UInt16 = 0) {
        space.store(value, at: offset)
        writable.store(mask, at: offset)
    }

    /// A 32-bit register, and which of its bits can be written.
    private mutating func doubleword(_ value: UInt32, at offset: Int, writable mask: UInt32 = 0) {
        space.store(value, at: offset)
        writable.store(mask, at: offset)
    }

    // MARK: Lists

    /// Appends to the conventional list; what is placed there always fits.
    private mutating func append(_ id: CapabilityID, size: Int) -> Int {
        let offset = conventionalEnd
        conventionalEnd += (size + 3) & ~3
        space.store(UInt8(offset), at: lastConventional.map { $0 + 1 } ?? HeaderOffset.capabilitiesPointer)
        space.store(id.rawValue, at: offset)
        lastConventional = offset
        return offset
    }

    private mutating func append(
        _ id: ExtendedCapabilityID, version: UInt32, size: Int
    ) throws(BuildError) -> Int {
        let offset = extendedEnd
        guard offset + size <= ConfigurationSpace.size else { throw .tooLarge }
        extendedEnd += (size + 3) & ~3
        if let lastExtended {
            space.store(space.uint32(at: lastExtended).replacing(20, 12, with: UInt32(offset)), at: lastExtended)
        }
        space.store(UInt32(id.rawValue) | version << 16, at: offset)
        lastExtended = offset
        return offset
    }

    // MARK: Header

    mutating func placeHeader(_ function: ConfigurationSpaceBuilder) throws(BuildError) {
        word(function.vendorID, at: HeaderOffset.vendorID)
        word(function.deviceID, at: HeaderOffset.deviceID)
        let commandBits: Command = [
            .ioSpace, .memorySpace, .busMaster, .parityErrorResponse, .systemError, .interruptDisable,
        ]
        word(function.command.rawValue, at: HeaderOffset.command, writable: commandBits.rawValue)
        word(Status.capabilityList.rawValue, at: HeaderOffset.status)
        clearable.store(UInt16(0xF900), at: HeaderOffset.status)
        doubleword(function.classCode << 8 | UInt32(function.revision), at: HeaderOffset.revision)
        // Cache line size and interrupt line can be written and mean nothing on PCI Express.
        doubleword(0, at: 0x0C, writable: 0xFF)
        doubleword(0, at: HeaderOffset.interruptLine, writable: 0xFF)
        let multiFunction: UInt8 = function.isMultiFunction ? 0x80 : 0
        switch function.layout {
        case .endpoint:
            space.store(HeaderType.endpoint.rawValue | multiFunction, at: HeaderOffset.headerType)
            word(function.subsystemVendorID, at: HeaderOffset.subsystemVendorID)
            word(function.subsystemID, at: HeaderOffset.subsystemID)
            try placeBaseAddresses(function.baseAddresses, at: HeaderOffset.baseAddresses, count: 6)
            if let size = function.expansionROMSize { try placeExpansionROM(size: size) }
            if function.hasSelfTest { placeSelfTest() }
        case .bridge(let primary, let secondary, let subordinate):
            space.store(HeaderType.bridge.rawValue | multiFunction, at: HeaderOffset.headerType)
            let buses = UInt32(primary) | UInt32(secondary) << 8 | UInt32(subordinate) << 16
            doubleword(buses, at: HeaderOffset.busNumbers, writable: 0xFF_FFFF)
            try placeBaseAddresses(function.baseAddresses, at: HeaderOffset.baseAddresses, count: 2)
        }
    }

    private mutating func placeBaseAddresses(
        _ registers: [ConfigurationSpaceBuilder.BaseAddress], at offset: Int, count: Int
    ) throws(BuildError) {
        var taken = Set<Int>()
        for register in registers {
            let isWide = register.kind == .memory64
            let last = register.index + (isWide ? 1 : 0)
            guard register.index >= 0, last < count, taken.insert(register.index).inserted,
                !isWide || taken.insert(last).inserted
            else { throw .baseAddressIndex(register.index) }
            try placeBaseAddress(register, at: offset + 4 * register.index)
        }
    }

    private mutating func placeBaseAddress(
        _ register: ConfigurationSpaceBuilder.BaseAddress, at offset: Int
    ) throws(BuildError) {
        let (flags, smallest, largest): (UInt64, UInt64, UInt64) =
            switch register.kind {
            case .io: (0b01, 4, 1 << 31)
            case .memory32: (0b0000, 16, 1 << 31)
            case .memory64: (0b0100, 16, 1 << 63)
            }
        let mask = ~(register.size &- 1)
        let limit: UInt64 = register.kind == .memory64 ? .max : UInt64(UInt32.max)
        guard register.size.nonzeroBitCount == 1, (smallest...largest).contains(register.size),
            register.address & ~mask == 0, register.address <= limit
        else { throw .baseAddressSize(index: register.index) }
        let prefetchable: UInt64 = register.isPrefetchable && register.kind != .io ? 0b1000 : 0
        let value = register.address | flags | prefetchable
        doubleword(UInt32(truncatingIfNeeded: value), at: offset, writable: UInt32(truncatingIfNeeded: mask))
        guard register.kind == .memory64 else { return }
        let high = UInt32(truncatingIfNeeded: value >> 32)
        doubleword(high, at: offset + 4, writable: UInt32(truncatingIfNeeded: mask >> 32))
    }

    private mutating func placeExpansionROM(size: UInt64) throws(BuildError) {
        guard size.nonzeroBitCount == 1, (2048...(1 << 31)).contains(size) else { throw .expansionROMSize }
        doubleword(0, at: HeaderOffset.expansionROM, writable: ~UInt32(truncatingIfNeeded: size - 1) | 1)
    }

    /// BIST Capable, and Start BIST; the completion code stays 0.
    private mutating func placeSelfTest() {
        space.store(UInt8(1 << 7), at: HeaderOffset.bist)
        triggers.store(UInt8(1 << 6), at: HeaderOffset.bist)
    }

    // MARK: Conventional capabilities

    /// Power management 1.2: D0 and D3hot; the context is lost in D3hot.
    mutating func placePowerManagement() {
        let offset = append(.powerManagement, size: 8)
        word(3, at: offset + 2)
        word(0, at: offset + 4, writable: 0b11)
    }

    mutating func placeExpress(_ express: ConfigurationSpaceBuilder.Express) {
        typealias Register = ExpressCapability.Register
        let offset = append(.express, size: Register.secondSize)
        word(UInt16(express.portType.rawValue & 0xF) << 4 | 2, at: offset + Register.flags)
        doubleword(express.capabilities.rawValue, at: offset + Register.deviceCapabilities)
        let canReset = express.capabilities.contains(.functionLevelReset)
        let reset = DeviceControl.initiateFunctionLevelReset.rawValue
        word(express.control.rawValue & ~reset, at: offset + Register.deviceControl, writable: ~reset)
        triggers.store(canReset ? reset : 0, at: offset + Register.deviceControl)
        clearable.store(UInt16(0x0F), at: offset + Register.deviceControl + 2)
        doubleword(0, at: offset + Register.deviceControl2, writable: Register.tenBitTagRequester)
    }

    mutating func placeMSIX(_ msiX: ConfigurationSpaceBuilder.MSIX) throws(BuildError) {
        guard (1...2048).contains(msiX.vectors) else { throw .count }
        let offset = append(.msiX, size: MSIXCapability.size)
        word(UInt16(msiX.vectors - 1), at: offset + 2, writable: 0xC000)
        doubleword(msiX.table.register, at: offset + 4)
        doubleword(msiX.pendingBits.register, at: offset + 8)
    }

    // MARK: Extended capabilities

    mutating func placeVirtualization(_ described: ConfigurationSpaceBuilder.Virtualization) throws(BuildError) {
        typealias Register = SRIOVCapability.Register
        guard described.enabledVFs <= described.totalVFs else { throw .count }
        let offset = try append(.singleRootIOVirtualization, version: 1, size: Register.size)
        let control: SRIOVCapability.Control = described.enabledVFs > 0 ? [.vfEnable, .vfMemorySpace] : []
        let controlBits: SRIOVCapability.Control = [.vfEnable, .vfMemorySpace, .alternativeRoutingID]
        word(control.rawValue, at: offset + Register.control, writable: controlBits.rawValue)
        word(described.totalVFs, at: offset + Register.initialVFs)
        word(described.totalVFs, at: offset + Register.totalVFs)
        word(described.enabledVFs, at: offset + Register.numberOfVFs, writable: .max)
        word(described.firstVFOffset, at: offset + Register.firstVFOffset)
        word(described.vfStride, at: offset + Register.vfStride)
        word(described.vfDeviceID, at: offset + Register.vfDeviceID)
        doubleword(1, at: offset + Register.supportedPageSizes)
        doubleword(1, at: offset + Register.systemPageSize, writable: 1)
        try placeBaseAddresses(described.baseAddresses, at: offset + Register.baseAddresses, count: 6)
    }

    /// A mailbox without interrupts. Its registers are the function's own business; here they only exist.
    mutating func placeMailbox() throws(BuildError) {
        typealias Register = DOECapability.Register
        let offset = try append(.dataObjectExchange, version: 2, size: Register.size)
        let go: DOECapability.Control = [.go, .abort]
        triggers.store(go.rawValue, at: offset + Register.control)
        triggers.store(UInt32.max, at: offset + Register.writeMailbox)
        triggers.store(UInt32.max, at: offset + Register.readMailbox)
    }

    /// The error status registers, which writing 1 clears, and masks and severities, which mean nothing here.
    mutating func placeErrorReporting() throws(BuildError) {
        typealias Register = ErrorReportingCapability.Register
        let offset = try append(.advancedErrorReporting, version: 2, size: Register.size)
        clearable.store(UInt32.max, at: offset + Register.uncorrectableStatus)
        clearable.store(UInt32.max, at: offset + Register.correctableStatus)
        doubleword(0, at: offset + Register.uncorrectableMask, writable: .max)
        doubleword(Register.usualSeverity, at: offset + Register.uncorrectableSeverity, writable: .max)
        doubleword(0, at: offset + Register.correctableMask, writable: .max)
    }

    /// Next function and what groups there are, and what is enabled: ACS Function Groups Enable and Function Group.
    mutating func placeAlternativeRouting(
        _ described: ConfigurationSpaceBuilder.AlternativeRouting
    ) throws(BuildError) {
        let offset = try append(.alternativeRoutingID, version: 1, size: 8)
        let groups: UInt16 = described.enablesGroups ? 1 << 1 : 0
        word(groups | UInt16(described.nextFunction) << 8, at: offset + 4)
        word(0, at: offset + 6, writable: groups | (described.hasGroup ? 0b111 << 4 : 0))
    }

    /// Max PASID Width 20, and PASID Enable; without execute permission and privileged mode.
    mutating func placePASID() throws(BuildError) {
        let offset = try append(.processAddressSpaceID, version: 1, size: 8)
        word(20 << 8, at: offset + 4)
        word(0, at: offset + 6, writable: 1)
    }

    /// Device Capabilities 3 with 14-Bit Tag Completer and Requester Supported, and 14-Bit Tag Requester Enable.
    mutating func placeDevice3() throws(BuildError) {
        let offset = try append(.device3, version: 1, size: 0x10)
        doubleword(0b110, at: offset + 4)
        doubleword(0, at: offset + 8, writable: 1 << 2)
    }

    /// A pair of registers for each base address register, of which the first also counts them: the sizes that it
    /// supports from bit 4 (1 MiB) on, and its number in bits 2:0 and its size in bits 13:8 (0: 1 MiB).
    mutating func placeResizableMemory(_ registers: [ConfigurationSpaceBuilder.BaseAddress]) throws(BuildError) {
        let resizable = registers.filter { $0.kind != .io && (1 << 20...1 << 47).contains($0.size) }
        guard !resizable.isEmpty else { return }
        let offset = try append(.resizableBAR, version: 1, size: 4 + 8 * resizable.count)
        for (number, register) in resizable.enumerated() {
            let size = UInt32(register.size.trailingZeroBitCount - 20)
            let count = number == 0 ? UInt32(resizable.count) << 5 : 0
            let at = offset + 4 + 8 * number
            doubleword(1 << (4 + size), at: at)
            doubleword(UInt32(register.index) | count | size << 8, at: at + 4, writable: 0x3F00)
        }
    }

    mutating func placeIDE(_ described: ConfigurationSpaceBuilder.IDE) throws(BuildError) {
        guard (0...8).contains(described.linkStreamCount), (0...256).contains(described.selectiveStreamCount),
            (0...15).contains(described.addressAssociationCount)
        else { throw .count }
        let links = described.linkStreamCount * LinkStreamBlock.size
        let blockSize = SelectiveStreamBlock.size(addressCount: described.addressAssociationCount)
        let offset = try append(
            .ide, version: 1,
            size: IDECapability.Register.blocks + links + described.selectiveStreamCount * blockSize)
        let features = IDEFeatures(
            linkStreamCount: described.linkStreamCount, selectiveStreamCount: described.selectiveStreamCount)
        doubleword(features.rawValue, at: offset + IDECapability.Register.features)
        var block = offset + IDECapability.Register.blocks
        for _ in 0..<described.linkStreamCount {
            placeStream(at: block, control: 0xFF3F_C001)
            block += LinkStreamBlock.size
        }
        for _ in 0..<described.selectiveStreamCount {
            placeSelectiveStream(at: block, addressCount: described.addressAssociationCount)
            block += blockSize
        }
    }

    private mutating func placeSelectiveStream(at block: Int, addressCount: Int) {
        typealias Register = SelectiveStreamBlock.Register
        doubleword(UInt32(addressCount), at: block + Register.capability)
        placeStream(at: block + Register.control, control: 0xFFFF_C001)
        doubleword(0, at: block + Register.requesters, writable: 0x00FF_FF00)
        doubleword(0, at: block + Register.requesters + 4, writable: 0xFFFF_FF01)
        for number in 0..<addressCount {
            let at = block + Register.addresses + number * Register.addressSize
            doubleword(0, at: at, writable: 0xFFFF_FF01)
            doubleword(0, at: at + 4, writable: .max)
            doubleword(0, at: at + 8, writable: .max)
        }
    }

    /// Control, of which these bits can be written, and status behind it. Without aggregation, PCRC and header encryption.
    private mutating func placeStream(at offset: Int, control: UInt32) {
        doubleword(0, at: offset, writable: control)
        clearable.store(UInt32(1) << 31, at: offset + 4)
    }
}

import PCIe
import Testing

@Suite struct `Configuration space builder` {
    private func accelerator() -> ConfigurationSpaceBuilder {
        var function = ConfigurationSpaceBuilder(vendorID: 0x1AF4, deviceID: 0x1041, classCode: 0x12_0000)
        function.subsystemVendorID = 0x1AF4
        function.subsystemID = 0x1100
        function.revision = 3
        function.isMultiFunction = true
        function.command = [.memorySpace]
        function.baseAddresses = [
            .init(index: 0, kind: .memory64, size: 1 << 34, isPrefetchable: true, address: 0x38_0000_0000),
            .init(index: 2, kind: .memory32, size: 16384, address: 0xF000_0000),
            .init(index: 3, kind: .io, size: 32, address: 0xE000),
        ]
        function.expansionROMSize = 1 << 19
        function.express.capabilities = [.extendedTag, .functionLevelReset, .teeIO]
        function.msiX = .init(
            vectors: 2048, table: .init(baseAddressRegister: 2, offset: 0x2000),
            pendingBits: .init(baseAddressRegister: 2, offset: 0x3000))
        function.virtualization = .init(
            totalVFs: 16, firstVFOffset: 0x100, vfStride: 1, vfDeviceID: 0x1042,
            baseAddresses: [.init(index: 0, kind: .memory64, size: 1 << 20, address: 0x39_0000_0000)])
        function.mailboxCount = 2
        function.ide = .init(linkStreamCount: 1, selectiveStreamCount: 3, addressAssociationCount: 2)
        return function
    }

    @Test func `what is described is read again`() throws {
        let registers = try accelerator().build()
        let space = registers.space
        #expect([space.vendorID, space.deviceID] == [0x1AF4, 0x1041])
        #expect([space.subsystemVendorID, space.subsystemID] == [0x1AF4, 0x1100])
        #expect(space.classCode == 0x12_0000)
        #expect(space.revision == 3)
        #expect(space.headerType.isMultiFunction)
        #expect(space.command == [.memorySpace])
        #expect(try space.capabilities().map(\.id) == [.powerManagement, .express, .msiX])
        #expect(
            try space.extendedCapabilities().map(\.id) == [
                .singleRootIOVirtualization, .dataObjectExchange, .dataObjectExchange, .ide,
            ])
        let bars = try space.baseAddressRegisters(sizing: registers.sizing)
        #expect(bars.map(\.index) == [0, 2, 3])
        #expect(bars.map(\.kind) == [.memory64, .memory32, .io])
        #expect(bars.map(\.size) == [1 << 34, 16384, 32])
        #expect(bars.map(\.address) == [0x38_0000_0000, 0xF000_0000, 0xE000])
        #expect(bars.map(\.isPrefetchable) == [true, false, false])
        #expect(space.expansionROM(sizing: registers.sizing)?.size == 1 << 19)
        let express = try #require(try ExpressCapability(in: space))
        #expect(express.deviceCapabilities == [.extendedTag, .functionLevelReset, .teeIO])
        #expect(express.deviceControl == [.extendedTag])
        #expect(try MSIXCapability(in: space)?.tableSize == 2048)
        #expect(try DOECapability.all(in: space).map(\.version) == [2, 2])
    }

    @Test func `SR-IOV and IDE are read again`() throws {
        let registers = try accelerator().build()
        let sriov = try #require(try SRIOVCapability(in: registers.space))
        #expect(sriov.totalVFs == 16)
        #expect(sriov.enabledVFs == 0)
        let bars = try sriov.baseAddressRegisters(in: registers.space, sizing: registers.sizing)
        #expect(bars.map(\.size) == [1 << 20])
        let ide = try #require(try IDECapability(in: registers.space))
        #expect(ide.linkStreams.count == 1)
        #expect(ide.selectiveStreams.map(\.addresses.count) == [2, 2, 2])
    }

    @Test func `a self test reads as done, and whoever starts it is told apart`() throws {
        var function = accelerator()
        function.hasSelfTest = true
        var registers = try function.build()
        let start = try ConfigurationWrite(offset: 0x0F, width: .byte, value: 0xFF)
        #expect(registers.trackedChange(by: start) == .bist)
        registers.write(start)
        #expect(registers.space.uint8(at: 0x0F) == 0x80)
        #expect(try accelerator().build().trackedChange(by: start) == nil)
    }

    @Test func `ARI, PASID, Device 3 and Resizable BAR take what they can be told, and it is told apart`() throws {
        var function = ConfigurationSpaceBuilder(vendorID: 1, deviceID: 2, classCode: 3)
        function.baseAddresses = [
            .init(index: 0, kind: .memory64, size: 1 << 24), .init(index: 2, kind: .memory32, size: 1 << 16),
            .init(index: 4, kind: .memory64, size: 1 << 47),
        ]
        function.alternativeRouting = .init(nextFunction: 1, hasGroup: true, enablesGroups: true)
        function.hasPASID = true
        function.hasLongTags = true
        function.hasResizableMemory = true
        var registers = try function.build()
        #expect(
            try registers.space.extendedCapabilities().map(\.id) == [
                .alternativeRoutingID, .processAddressSpaceID, .device3, .resizableBAR,
            ])
        let rows: [(Int, UInt32, UInt32, TrackedChange?)] = [
            (0x104, 0x0000_0102, 0x0072_0102, .lockedCapability(.alternativeRoutingID)),
            (0x10C, 0x0000_1400, 0x0001_1400, .lockedCapability(.processAddressSpaceID)),
            (0x114, 0x0000_0006, 0x0000_0006, nil),
            (0x118, 0x0000_0000, 0x0000_0004, .tagRequester),
            (0x124, 0x0000_0100, 0x0000_0100, nil),
            (0x128, 0x0000_0440, 0x0000_3F40, .lockedCapability(.resizableBAR)),
            (0x12C, 0x8000_0000, 0x8000_0000, nil),
            (0x130, 0x0000_1B04, 0x0000_3F04, .lockedCapability(.resizableBAR)),
        ]
        for (offset, value, full, change) in rows {
            #expect(registers.space.uint32(at: offset) == value)
            let write = try ConfigurationWrite(offset: offset, width: .doubleword, value: .max)
            #expect(registers.trackedChange(by: write) == change)
            registers.write(write)
            #expect(registers.space.uint32(at: offset) == full)
        }
    }

    @Test func `without memory of a size that can be told there is no Resizable BAR`() throws {
        var function = ConfigurationSpaceBuilder(vendorID: 1, deviceID: 2, classCode: 3)
        function.baseAddresses = [
            .init(index: 0, kind: .memory64, size: 1 << 19), .init(index: 2, kind: .io, size: 1 << 20),
        ]
        function.hasResizableMemory = true
        #expect(try function.build().space.extendedCapabilities().isEmpty)
    }

    @Test func `the least function has an empty extended list`() throws {
        let registers = try ConfigurationSpaceBuilder(vendorID: 1, deviceID: 2, classCode: 3).build()
        #expect(try registers.space.extendedCapabilities().isEmpty)
        #expect(try registers.space.capabilities().map(\.id) == [.powerManagement, .express])
    }

    @Test func `a root port shows its buses`() throws {
        var port = ConfigurationSpaceBuilder(vendorID: 1, deviceID: 2, classCode: 0x06_0400)
        port.layout = .bridge(primary: 0, secondary: 0x3A, subordinate: 0x3C)
        port.express.portType = .rootPort
        port.ide = .init(selectiveStreamCount: 4)
        let space = try port.build().space
        #expect(space.headerType == .bridge)
        #expect(space.uint32(at: 0x18) == 0x003C_3A00)
        #expect(try ExpressCapability(in: space)?.portType == .rootPort)
        #expect(try IDECapability(in: space)?.selectiveStreams.count == 4)
    }

    @Test func `sizing a base address register answers its size`() throws {
        var registers = try accelerator().build()
        for offset in [0x10, 0x14, 0x18] {
            registers.write(try ConfigurationWrite(offset: offset, width: .doubleword, value: .max))
        }
        #expect(registers.space.uint32(at: 0x10) == 0x0000_000C)
        #expect(registers.space.uint32(at: 0x14) == 0xFFFF_FFFC)
        #expect(registers.space.uint32(at: 0x18) == 0xFFFF_C000)
    }

    @Test func `read-only, clearing and triggering bits behave as such`() throws {
        var registers = try accelerator().build()
        registers.write(try ConfigurationWrite(offset: 0, width: .doubleword, value: 0))
        #expect(registers.space.vendorID == 0x1AF4)
        registers.space.store(UInt16(0x2010), at: 0x06)
        registers.write(try ConfigurationWrite(offset: 0x06, width: .word, value: 0x2000))
        #expect(registers.space.status == [.capabilityList])
        let express = try #require(try ExpressCapability(in: registers.space))
        registers.write(express.setting([.initiateFunctionLevelReset, .noSnoop]))
        #expect(try ExpressCapability(in: registers.space)?.deviceControl == [.noSnoop])
        let stream = try #require(try IDECapability(in: registers.space)?.selectiveStreams.first)
        registers.space.store(
            StreamStatus(state: .secure, integrityCheckFailed: true).rawValue, at: stream.statusOffset)
        registers.write(try ConfigurationWrite(offset: stream.statusOffset, width: .doubleword, value: .max))
        #expect(registers.space.uint32(at: stream.statusOffset) == StreamStatus(state: .secure).rawValue)
    }

    @Test func `a stream can be set up by writes`() throws {
        var registers = try accelerator().build()
        let block = try #require(try IDECapability(in: registers.space)?.selectiveStreams.last)
        let control = StreamControl(streamID: .init(rawValue: 9), isEnabled: true, isTEELimited: true)
        let requesters = RequesterAssociation(base: .init(rawValue: 0x3B00), limit: .init(rawValue: 0x3BFF))
        for write in block.setting(requesters) + [block.setting(control)] { registers.write(write) }
        let ide = try #require(try IDECapability(in: registers.space))
        #expect(ide.enabledStream(.init(rawValue: 9))?.requesters == requesters)
    }

    @Test func `overlapping registers are named`() throws {
        var function = accelerator()
        #expect(try function.build().addressOverlap() == nil)
        function.baseAddresses[1].address = 0x4000
        function.baseAddresses[2].address = 0x4000
        #expect(try function.build().addressOverlap() == nil)
        function.virtualization?.enabledVFs = 16
        function.baseAddresses[0] = .init(index: 0, kind: .memory64, size: 4096, address: 0x39_00F0_0000)
        #expect(
            try function.build().addressOverlap()
                == AddressOverlap(first: .baseAddress(0), second: .vfBaseAddress(0)))
        var registers = try function.build()
        registers.space.store(UInt32(0x4001), at: 0x30)
        registers.space.store(UInt32(0x4000), at: 0x10)
        registers.space.store(UInt32(0), at: 0x14)
        #expect(
            try registers.addressOverlap() == AddressOverlap(first: .baseAddress(0), second: .baseAddress(2)))
    }

    @Test(
        arguments: [
            ([.init(index: 5, kind: .memory64, size: 4096)], .baseAddressIndex(5)),
            ([.init(index: -1, kind: .memory32, size: 4096)], .baseAddressIndex(-1)),
            ([.init(index: 6, kind: .memory32, size: 4096)], .baseAddressIndex(6)),
            (
                [.init(index: 0, kind: .memory64, size: 4096), .init(index: 1, kind: .io, size: 4)],
                .baseAddressIndex(1)
            ),
            ([.init(index: 0, kind: .memory32, size: 0)], .baseAddressSize(index: 0)),
            ([.init(index: 0, kind: .memory32, size: 4097)], .baseAddressSize(index: 0)),
            ([.init(index: 0, kind: .memory32, size: 8)], .baseAddressSize(index: 0)),
            ([.init(index: 0, kind: .memory32, size: 1 << 32)], .baseAddressSize(index: 0)),
            ([.init(index: 0, kind: .memory32, size: 4096, address: 1 << 32)], .baseAddressSize(index: 0)),
            ([.init(index: 0, kind: .memory32, size: 4096, address: 2048)], .baseAddressSize(index: 0)),
        ] as [([ConfigurationSpaceBuilder.BaseAddress], ConfigurationSpaceBuilder.BuildError)])
    func `an impossible base address register is refused`(
        registers: [ConfigurationSpaceBuilder.BaseAddress], error: ConfigurationSpaceBuilder.BuildError
    ) {
        var function = accelerator()
        function.baseAddresses = registers
        #expect(throws: error) { try function.build() }
    }

    @Test func `what a capability cannot express is refused`() {
        func refuses(
            _ error: ConfigurationSpaceBuilder.BuildError, _ change: (inout ConfigurationSpaceBuilder) -> Void
        ) {
            var function = accelerator()
            change(&function)
            #expect(throws: error) { try function.build() }
        }
        refuses(.expansionROMSize) { $0.expansionROMSize = 1024 }
        refuses(.count) { $0.msiX?.vectors = 0 }
        refuses(.count) { $0.msiX?.vectors = 2049 }
        refuses(.count) { $0.virtualization?.enabledVFs = 17 }
        refuses(.count) { $0.mailboxCount = -1 }
        refuses(.count) { $0.ide?.linkStreamCount = 9 }
        refuses(.count) { $0.ide?.addressAssociationCount = 16 }
        refuses(.tooLarge) { $0.mailboxCount = 200 }
        refuses(.tooLarge) { $0.ide?.selectiveStreamCount = 256 }
    }
}

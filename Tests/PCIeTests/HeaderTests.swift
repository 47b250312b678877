import PCIe
import Testing

@Suite struct Header {
    /// The first 64 bytes of an Ethernet controller, as `lspci -xxx` shows them.
    private func ethernet() throws -> ConfigurationSpace {
        try ConfigurationSpace([
            0x86, 0x80, 0x92, 0x15, 0x06, 0x04, 0x10, 0x20, 0x02, 0x00, 0x00, 0x02, 0x10, 0x00, 0x80, 0x00,
            0x0C, 0x00, 0x00, 0xF0, 0x20, 0x00, 0x00, 0x00, 0x01, 0xE0, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFE,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x86, 0x80, 0x01, 0x00,
            0x01, 0x00, 0x40, 0xFE, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0B, 0x01, 0x00, 0x00,
        ])
    }

    @Test func `identity and state are where the specification puts them`() throws {
        let space = try ethernet()
        #expect(space.vendorID == 0x8086)
        #expect(space.deviceID == 0x1592)
        #expect(space.command == [.memorySpace, .busMaster, .interruptDisable])
        #expect(space.status == [.capabilityList, .receivedMasterAbort])
        #expect(space.revision == 2)
        #expect(space.classCode == 0x02_0000)
        #expect(space.headerType.layout == .endpoint)
        #expect(space.headerType.isMultiFunction)
        #expect(space.subsystemVendorID == 0x8086)
        #expect(space.subsystemID == 1)
    }

    @Test func `base address registers decode without sizes`() throws {
        let registers = try ethernet().baseAddressRegisters()
        #expect(registers.map(\.index) == [0, 2, 3])
        #expect(registers.map(\.kind) == [.memory64, .io, .memory32])
        #expect(registers.map(\.address) == [0x20_F000_0000, 0xE000, 0xFE00_0000])
        #expect(registers.map(\.isPrefetchable) == [true, false, false])
        #expect(registers.map(\.size) == [nil, nil, nil])
        #expect(registers.map(\.range) == [nil, nil, nil])
    }

    @Test func `answers to sizing give sizes`() throws {
        let answers = ConfigurationSpace(registers: [
            0x10: 0x0000_000C, 0x14: 0xFFFF_FFFE, 0x18: 0x0000_FFE1, 0x1C: 0xFFFF_C000, 0x20: 0xFFFF_F000,
            0x30: 0xFFF8_0001,
        ])
        let registers = try ethernet().baseAddressRegisters(sizing: answers)
        #expect(registers.map(\.index) == [0, 2, 3, 4])
        #expect(registers.map(\.size) == [1 << 33, 32, 16384, 4096])
        #expect(registers[2].range == 0xFE00_0000..<0xFE00_4000)
        let rom = try #require(try ethernet().expansionROM(sizing: answers))
        #expect(rom.isEnabled)
        #expect(rom.range == 0xFE40_0000..<0xFE48_0000)
    }

    @Test func `a range that runs past the end of the address space is none`() throws {
        let space = ConfigurationSpace(registers: [0x10: 0xFFFF_0004, 0x14: 0xFFFF_FFFF])
        let answers = ConfigurationSpace(registers: [0x10: 0xFFF0_0004, 0x14: 0xFFFF_FFFF])
        let register = try #require(try space.baseAddressRegisters(sizing: answers).first)
        #expect(register.size == 1 << 20)
        #expect(register.range == nil)
    }

    @Test func `the last register cannot be the lower half of a pair`() {
        let space = ConfigurationSpace(registers: [0x24: 0xF000_0004])
        #expect(throws: ConfigurationSpaceError.baseAddressPair(offset: 0x24)) { try space.baseAddressRegisters() }
    }

    @Test func `a bridge has two registers and no ROM where an endpoint has it`() throws {
        let space = ConfigurationSpace(registers: [
            0x0C: 0x0001_0000, 0x10: 0xF000_0000, 0x18: 0x00FF_0100, 0x30: 0xFFFF_FFFF,
        ])
        #expect(space.headerType.layout == .bridge)
        #expect(!space.headerType.isMultiFunction)
        #expect(try space.baseAddressRegisters().map(\.address) == [0xF000_0000])
        #expect(space.expansionROM() == nil)
    }

    @Test func `no ROM register, no ROM`() {
        #expect(ConfigurationSpace().expansionROM() == nil)
    }
}

import PCIe
import Testing

@Suite struct `Capability lists` {
    @Test func `conventional entries come in list order`() throws {
        // Status bit 4; 0x34 -> 0x70 (reserved low bits set) -> 0x40 -> null capability 0x50 -> end.
        let space = ConfigurationSpace(registers: [
            0x04: 0x0010_0000, 0x34: 0x73, 0x70: 0x0000_4010, 0x40: 0x0000_5011, 0x50: 0x0000_0000,
        ])
        let entries = try space.capabilities()
        #expect(entries.map(\.offset) == [0x70, 0x40, 0x50])
        #expect(entries.map(\.id) == [.express, .msiX, CapabilityID(rawValue: 0)])
        #expect(try space.offset(of: .msiX) == 0x40)
        #expect(try space.offset(of: .msi) == nil)
    }

    @Test func `without the status bit there is no list`() throws {
        #expect(try ConfigurationSpace(registers: [0x34: 0x40, 0x40: 0x10]).capabilities().isEmpty)
    }

    @Test func `an ID of ones ends the list`() throws {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0x40, 0x40: 0x4801, 0x48: 0xFFFF_FFFF])
        #expect(try space.capabilities().map(\.offset) == [0x40])
    }

    @Test func `a circle is an error and what stands before it is found`() throws {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0x40, 0x40: 0x4801, 0x48: 0x4010])
        #expect(throws: ConfigurationSpaceError.capabilityLoop(offset: 0x40)) { try space.capabilities() }
        #expect(try space.offset(of: .express) == 0x48)
        #expect(throws: ConfigurationSpaceError.capabilityLoop(offset: 0x40)) { try space.offset(of: .msi) }
    }

    @Test func `a pointer into the header is an error`() {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0x40, 0x40: 0x0000_3C01])
        #expect(throws: ConfigurationSpaceError.capabilityPointer(offset: 0x41, pointer: 0x3C)) {
            try space.capabilities()
        }
    }

    @Test func `64 readable bytes do not show the lists`() throws {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes[0x06] = 0x10
        bytes[0x34] = 0x40
        let space = try ConfigurationSpace(bytes)
        #expect(throws: ConfigurationSpaceError.unreadable(offset: 0x40)) { try space.capabilities() }
        #expect(throws: ConfigurationSpaceError.unreadable(offset: 0x100)) { try space.extendedCapabilities() }
    }

    @Test func `a conventional function has no extended list`() throws {
        #expect(try ConfigurationSpace([UInt8](repeating: 0, count: 256)).extendedCapabilities().isEmpty)
    }

    @Test func `extended entries come in list order with their versions`() throws {
        let space = ConfigurationSpace(registers: [0x100: 0x2001_0001, 0x200: 0x1802_002E, 0x180: 0x0003_0030])
        let entries = try space.extendedCapabilities()
        #expect(entries.map(\.offset) == [0x100, 0x200, 0x180])
        #expect(entries.map(\.id) == [.advancedErrorReporting, .dataObjectExchange, .ide])
        #expect(entries.map(\.version) == [1, 2, 3])
        #expect(try space.offset(of: .ide) == 0x180)
    }

    @Test(arguments: [0, 0xFFFF_FFFF] as [UInt32]) func `zeros or ones mean no extended list`(header: UInt32) throws {
        #expect(try ConfigurationSpace(registers: [0x100: header]).extendedCapabilities().isEmpty)
    }

    @Test func `an extended circle is an error`() {
        let space = ConfigurationSpace(registers: [0x100: 0x1081_0001, 0x108: 0x1001_0002])
        #expect(throws: ConfigurationSpaceError.capabilityLoop(offset: 0x100)) { try space.extendedCapabilities() }
    }

    @Test func `an extended pointer into the conventional part is an error`() {
        let space = ConfigurationSpace(registers: [0x100: 0x0401_0001])
        #expect(throws: ConfigurationSpaceError.capabilityPointer(offset: 0x100, pointer: 0x40)) {
            try space.extendedCapabilities()
        }
    }

    /// 400 spaces of random bytes; half of them with plausible pointers, so that lists get long.
    @Test func `random bytes always come to an end`() {
        var random = SplitMix64(seed: 1)
        for round in 0..<400 {
            var space = ConfigurationSpace()
            for offset in stride(from: 0, to: 4096, by: 4) {
                var value = UInt32.random(in: 0...(.max), using: &random)
                if round.isMultiple(of: 2), offset >= 0x100 {
                    value = value & 0xF_FFFF | UInt32.random(in: 0x40...0x3FF, using: &random) << 22
                }
                space.store(value, at: offset)
            }
            _ = try? space.capabilities()
            if let entries = try? space.extendedCapabilities() {
                #expect(entries.count <= 960)
                #expect(Set(entries.map(\.offset)).count == entries.count)
            }
            _ = try? IDECapability(in: space)
            _ = try? SRIOVCapability(in: space)
            _ = try? DOECapability.all(in: space)
            _ = try? ExpressCapability(in: space)
            _ = try? space.baseAddressRegisters()
            _ = space.trackedChange(by: ConfigurationWrite(anywhere: &random))
        }
    }
}

extension ConfigurationWrite {
    /// A random doubleword write.
    fileprivate init(anywhere random: inout SplitMix64) {
        let offset = Int.random(in: 0..<1024, using: &random) * 4
        let value = UInt32.random(in: 0...(.max), using: &random)
        guard let write = try? ConfigurationWrite(offset: offset, width: .doubleword, value: value) else {
            preconditionFailure("an aligned offset inside the space was refused")
        }
        self = write
    }
}

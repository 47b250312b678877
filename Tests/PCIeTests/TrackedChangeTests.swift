import PCIe
import Testing

@Suite struct `Tracked change` {
    /// Every capability of the register table, written by hand.
    private static let conventional: KeyValuePairs<Int, UInt32> = [
        0x04: 0x0010_0006, 0x10: 0xF000_0000, 0x30: 0xF100_0000, 0x34: 0x40,
        0x40: 0x0003_4801, 0x48: 0x0000_5005, 0x50: 0x0002_9010, 0x54: 0x1000_0020, 0x58: 0x0000_0900,
        0x90: 0x0003_9C11, 0x9C: 0x0000_A403, 0xA4: 0x0000_B014, 0xB0: 0x0010_0009,
    ]
    private static let extendedIDs: [UInt32] = [
        0x01, 0x02, 0x09, 0x0D, 0x0E, 0x0F, 0x10, 0x12, 0x13, 0x15, 0x16, 0x17, 0x18, 0x1A, 0x1B, 0x1F, 0x24, 0x2E,
        0x2F,
        0x0B,
    ]

    /// The extended capability with this ID.
    private static func place(_ id: UInt32) -> Int { 0x100 + (extendedIDs.firstIndex(of: id) ?? 0) * 0x40 }
    private static let ide = 0x100 + extendedIDs.count * 0x40

    static let space: ConfigurationSpace = {
        var space = ConfigurationSpace(registers: conventional)
        for (index, id) in extendedIDs.enumerated() {
            let offset = 0x100 + index * 0x40
            space.store(UInt32(offset + 0x40) << 20 | 0x1_0000 | id, at: offset)
        }
        // Two selective streams without address associations: stream 7 is set up, the second block is unused.
        space.store(UInt32(0x0001_0030), at: ide)
        space.store(UInt32(0x0001_0042), at: ide + 4)
        space.store(UInt32(0x0740_0001), at: ide + 0x10)
        return space
    }()

    struct Row: Sendable, CustomStringConvertible {
        let offset: Int
        let width: ConfigurationWrite.Width
        let value: UInt32
        let change: TrackedChange?
        var description: String { "0x\(String(offset, radix: 16)) \(width) 0x\(String(value, radix: 16))" }
    }

    private static func row(
        _ offset: Int, _ width: ConfigurationWrite.Width, _ value: UInt32, _ change: TrackedChange?
    ) -> Row {
        Row(offset: offset, width: width, value: value, change: change)
    }

    static let header: [Row] = [
        row(0x04, .word, 0x0004, .memorySpaceDisabled),
        row(0x04, .word, 0x0002, .busMasterDisabled),
        row(0x04, .doubleword, 0, .memorySpaceDisabled),
        row(0x04, .byte, 0x06, nil),
        row(0x04, .word, 0x0547, nil),
        row(0x06, .word, 0xFFFF, nil),
        row(0x0C, .word, 0x1040, nil),
        row(0x0F, .byte, 0x40, .bist),
        row(0x0C, .doubleword, 0x4000_0010, .bist),
        row(0x10, .doubleword, 0xF000_0000, nil),
        row(0x10, .doubleword, 0xFFFF_FFFF, .baseAddress(0)),
        row(0x27, .byte, 0x01, .baseAddress(5)),
        row(0x30, .doubleword, 0xF100_0001, .expansionROM),
        row(0x3C, .byte, 0x0B, nil),
    ]

    static let conventionalRows: [Row] = [
        row(0x44, .word, 0x0003, .powerStateLosingContext),
        row(0x44, .word, 0x000B, nil),
        row(0x44, .word, 0x0100, nil),
        row(0x4A, .word, 0x0001, nil),
        row(0x58, .word, 0x8900, .functionLevelReset),
        row(0x58, .word, 0x8000, .functionLevelReset),
        row(0x58, .word, 0x0800, .extendedTag),
        row(0x58, .word, 0x0B00, .phantomFunctions),
        row(0x58, .word, 0x0100, .noSnoop),
        row(0x58, .word, 0x595F, nil),
        row(0x5A, .word, 0x000F, nil),
        row(0x60, .word, 0x0010, nil),
        row(0x78, .word, 0x1000, .tagRequester),
        row(0x78, .word, 0x0400, nil),
        row(0x92, .word, 0x8003, .msiX),
        row(0xA0, .doubleword, 1, nil),
        row(0xA8, .doubleword, 1, .lockedCapability(.enhancedAllocation)),
        row(0xB4, .doubleword, 1, .deviceSpecific(offset: 0xB4)),
    ]

    private static let allowed: [UInt32] = [0x01, 0x02, 0x09, 0x0D, 0x0F, 0x16, 0x18, 0x1F, 0x2E]
    private static let locked: [(UInt32, TrackedChange.LockedCapability)] = [
        (0x0E, .alternativeRoutingID), (0x10, .singleRootIOVirtualization), (0x12, .multicast), (0x13, .pageRequest),
        (0x15, .resizableBAR), (0x1A, .protocolMultiplexing), (0x1B, .processAddressSpaceID), (0x24, .vfResizableBAR),
    ]
    private static let otherRows: [Row] = [
        row(place(0x2F) + 8, .word, 0x0004, .tagRequester),
        row(place(0x2F) + 8, .word, 0x0003, nil),
        row(place(0x17) + 8, .doubleword, 1, .deviceSpecific(offset: place(0x17) + 8)),
        row(place(0x0B) + 8, .doubleword, 1, .deviceSpecific(offset: place(0x0B) + 8)),
    ]
    static let extendedRows: [Row] = {
        let allowedRows: [Row] = allowed.map { id in row(place(id) + 8, .doubleword, 1, nil) }
        let lockedRows: [Row] = locked.map { id, capability in
            row(place(id) + 8, .word, 1, .lockedCapability(capability))
        }
        return allowedRows + lockedRows + otherRows
    }()

    private static let seven = StreamID(rawValue: 7)
    static let ideRows: [Row] = [
        row(ide + 0x08, .doubleword, 4, nil),
        row(ide + 0x10, .doubleword, 0x0740_0000, .ideStream(seven)),
        row(ide + 0x13, .byte, 0x09, .ideStream(seven)),
        row(ide + 0x14, .doubleword, 0x8000_0000, nil),
        row(ide + 0x18, .doubleword, 0x0000_0100, .ideStream(seven)),
        row(ide + 0x1C, .doubleword, 1, .ideStream(seven)),
        row(ide + 0x24, .doubleword, 0x0740_0001, .ideStream(seven)),
        row(ide + 0x24, .doubleword, 0x0300_0001, .ideStream(StreamID(rawValue: 3))),
        row(ide + 0x2C, .doubleword, 0x0000_0100, nil),
        row(ide + 0x100, .doubleword, 1, nil),
    ]

    static let rows: [Row] = [header, conventionalRows, extendedRows, ideRows].flatMap(\.self)

    @Test(arguments: rows)
    func `each row of the register table is told apart`(row: Row) throws {
        let write = try ConfigurationWrite(offset: row.offset, width: row.width, value: row.value)
        #expect(Self.space.trackedChange(by: write) == row.change)
    }

    @Test func `writing what is there changes nothing, anywhere`() throws {
        for offset in stride(from: 0, to: 4096, by: 4) {
            let write = try ConfigurationWrite(
                offset: offset, width: .doubleword, value: Self.space.uint32(at: offset))
            #expect(Self.space.trackedChange(by: write) == nil)
        }
    }

    @Test func `the table names every locked capability`() {
        let named = (Self.conventionalRows + Self.extendedRows).compactMap { row -> TrackedChange.LockedCapability? in
            if case .lockedCapability(let capability) = row.change { capability } else { nil }
        }
        #expect(Set(named) == Set(TrackedChange.LockedCapability.allCases))
    }

    @Test func `the order of a list does not matter`() throws {
        // MSI-X at 0x70 before MSI at 0x40; SR-IOV at 0x200 before AER at 0x140.
        let space = ConfigurationSpace(registers: [
            0x04: 0x0010_0000, 0x34: 0x70, 0x70: 0x4011, 0x40: 0x05, 0x100: 0x2001_000D, 0x200: 0x1401_0010,
            0x140: 0x0001_0001,
        ])
        let rows: [(Int, TrackedChange?)] = [
            (0x74, .msiX), (0x44, nil), (0x210, .lockedCapability(.singleRootIOVirtualization)), (0x150, nil),
        ]
        for (offset, change) in rows {
            let write = try ConfigurationWrite(offset: offset, width: .doubleword, value: 1)
            #expect(space.trackedChange(by: write) == change)
        }
    }

    @Test func `behind a malformed list nobody can tell`() throws {
        let space = ConfigurationSpace(registers: [0x04: 0x0010_0000, 0x34: 0x40, 0x40: 0x4001, 0x100: 0x0401_0001])
        for offset in [0x50, 0x200] {
            let write = try ConfigurationWrite(offset: offset, width: .doubleword, value: 1)
            #expect(space.trackedChange(by: write) == .unclassifiable)
        }
    }

    @Test func `registers outside every capability are the device's`() throws {
        let write = try ConfigurationWrite(offset: 0x40, width: .byte, value: 1)
        #expect(ConfigurationSpace().trackedChange(by: write) == .deviceSpecific(offset: 0x40))
        let extended = try ConfigurationWrite(offset: 0x400, width: .byte, value: 1)
        #expect(ConfigurationSpace().trackedChange(by: extended) == .deviceSpecific(offset: 0x400))
    }

    @Test func `only bits that the function takes count`() throws {
        var function = ConfigurationSpaceBuilder(vendorID: 1, deviceID: 2, classCode: 3)
        function.baseAddresses = [.init(index: 0, kind: .memory32, size: 4096, address: 0xF000_0000)]
        let registers = try function.build()
        func change(_ offset: Int, _ value: UInt32) throws -> TrackedChange? {
            registers.trackedChange(by: try ConfigurationWrite(offset: offset, width: .doubleword, value: value))
        }
        #expect(try change(0x10, 0xF000_0FFF) == nil)
        #expect(try change(0x10, 0xF000_1000) == .baseAddress(0))
        #expect(try change(0x14, 0xFFFF_FFFF) == nil)
        #expect(try change(0x00, 0xFFFF_FFFF) == nil)
        #expect(try change(0x0C, 0xFFFF_FFFF) == nil)
        let express = try #require(try ExpressCapability(in: registers.space))
        let reset = express.setting(express.deviceControl.union(.initiateFunctionLevelReset))
        #expect(registers.trackedChange(by: reset) == .functionLevelReset)
        function.express.capabilities.remove(.functionLevelReset)
        #expect(try function.build().trackedChange(by: reset) == nil)
    }
}

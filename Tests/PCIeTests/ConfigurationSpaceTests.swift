import PCIe
import Testing

@Suite struct `Configuration space` {
    @Test(arguments: [64, 256, 4096]) func `takes what Linux shows`(count: Int) throws {
        let space = try ConfigurationSpace([UInt8](repeating: 0x11, count: count))
        #expect(space.readableSize == count)
        #expect(space.bytes.count == 4096)
        #expect(space.uint8(at: count - 1) == 0x11)
    }

    @Test(arguments: [0, 1, 63, 65, 255, 4095, 4097]) func `refuses another length`(count: Int) {
        #expect(throws: ConfigurationSpaceError.length(count)) {
            try ConfigurationSpace([UInt8](repeating: 0, count: count))
        }
    }

    @Test func `reads little-endian`() throws {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes[8...11] = [0x78, 0x56, 0x34, 0x12]
        let space = try ConfigurationSpace(bytes)
        #expect(space.uint8(at: 9) == 0x56)
        #expect(space.uint16(at: 9) == 0x3456)
        #expect(space.uint32(at: 8) == 0x1234_5678)
    }

    @Test(arguments: [.min, -4, 64, 256, 4093, 4096, .max]) func `what was not read is ones and stays so`(
        offset: Int
    ) throws {
        var space = try ConfigurationSpace([UInt8](repeating: 0xFF, count: 64))
        let before = space
        space.store(UInt32(0), at: offset)
        #expect(space == before)
        #expect(space.uint32(at: offset) == .max)
    }

    @Test func `stores little-endian`() {
        var space = ConfigurationSpace()
        space.store(UInt32(0x1234_5678), at: 0x10)
        space.store(UInt16(0xABCD), at: 0x14)
        #expect(Array(space.bytes[0x10...0x16]) == [0x78, 0x56, 0x34, 0x12, 0xCD, 0xAB, 0])
    }

    @Test func `a write changes its own bytes only`() throws {
        var space = ConfigurationSpace(registers: [0x40: 0x1111_1111])
        space.apply(try ConfigurationWrite(offset: 0x43, width: .byte, value: 0xAA))
        #expect(space.uint32(at: 0x40) == 0xAA11_1111)
        space.apply(try ConfigurationWrite(offset: 0x40, width: .word, value: 0xFFFF_2222))
        #expect(space.uint32(at: 0x40) == 0xAA11_2222)
        space.apply(try ConfigurationWrite(offset: 0x40, width: .doubleword, value: 3))
        #expect(space.uint32(at: 0x40) == 3)
    }

    @Test(arguments: [
        (1, ConfigurationWrite.Width.word), (2, .doubleword), (4096, .byte), (-4, .doubleword), (.min, .byte),
    ]) func `a write off its alignment or out of the space is refused`(offset: Int, width: ConfigurationWrite.Width) {
        #expect(throws: ConfigurationSpaceError.access(offset: offset, width: width.rawValue)) {
            try ConfigurationWrite(offset: offset, width: width, value: 0)
        }
    }

    @Test func `a space is named by what it belongs to`() {
        #expect(ConfigurationSpace(registers: [0: 0x1592_8086]).description == "8086:1592, 4096 bytes")
    }

    @Test func `a function that does not answer is absent and a VF is not`() throws {
        #expect(try ConfigurationSpace([UInt8](repeating: 0xFF, count: 4096)).isAbsent)
        #expect(!ConfigurationSpace(registers: [0: 0xFFFF_FFFF]).isAbsent)
    }
}

/// The contents of host physical memory, of which only what was ever written is kept, in lines of 64 bytes.
struct PhysicalMemory {
    private var lines: [UInt64: [UInt8]] = [:]
    private static let lineSize: UInt64 = 64

    /// Writes bytes.
    mutating func write(_ bytes: [UInt8], at physical: UInt64) {
        for (index, byte) in bytes.enumerated() {
            let address = physical + UInt64(index)
            lines[address / Self.lineSize, default: Self.blank][Int(address % Self.lineSize)] = byte
        }
    }

    /// Reads bytes; what was never written is zero.
    func read(_ count: UInt64, at physical: UInt64) -> [UInt8] {
        (physical..<physical + count).map { lines[$0 / Self.lineSize]?[Int($0 % Self.lineSize)] ?? 0 }
    }

    private static let blank = [UInt8](repeating: 0, count: Int(lineSize))
}

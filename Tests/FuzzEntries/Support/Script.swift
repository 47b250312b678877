/// An input read as a script: what happens to a machine, one byte for each step, with messages where a step has one.
struct Script {
    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte; nil at the end.
    mutating func byte() -> UInt8? {
        guard next < bytes.count else { return nil }
        defer { next += 1 }
        return bytes[next]
    }

    /// The next step: what happens (three bits), and which of its kind (five bits). Nil at the end.
    mutating func step() -> (what: UInt8, which: Int)? { byte().map { ($0 & 7, Int($0 >> 3)) } }

    /// A message: its length in one byte, then as many bytes, or what is left of them.
    mutating func message() -> [UInt8] { take(Int(byte() ?? 0)) }

    /// A message that may be long: its length in two bytes, the lower first, then as many bytes, or what is left of them.
    mutating func longMessage() -> [UInt8] { take(number()) }

    /// A number in two bytes, the lower first; a byte that is missing is 0.
    mutating func number() -> Int { Int(byte() ?? 0) | Int(byte() ?? 0) << 8 }

    /// What is left.
    mutating func rest() -> [UInt8] { take(bytes.count) }

    private mutating func take(_ count: Int) -> [UInt8] {
        let count = min(count, bytes.count - next)
        defer { next += count }
        return Array(bytes[next..<next + count])
    }
}

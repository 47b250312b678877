/// The UUID of a domain: its identity, which stays when it is renamed.
public struct DomainUUID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Creates a UUID from its 16 bytes in printed order; nil when there are not 16.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Parses 32 hexadecimal digits in either case, with or without hyphens between them; nil for anything else.
    public init?(parsing text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.first != UInt8(ascii: "-"), text.utf8.last != UInt8(ascii: "-") else {
            return nil
        }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(bytes: bytes)
    }

    /// The 16 bytes in printed order.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
        }
    }
}

extension DomainUUID: CustomStringConvertible {
    /// Lower-case hexadecimal in the form 8-4-4-4-12, as libvirt prints it.
    public var description: String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let groups = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)]
        return groups.map { start, count in digits.dropFirst(start).prefix(count) }.joined(separator: "-")
    }
}

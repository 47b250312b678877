extension YAMLNode {
    /// A size in bytes: a bare number (decimal or `0x`), or a decimal number with `B`, `KiB`, `MiB`, `GiB` or `TiB`.
    public func byteCount() throws(YAMLError) -> UInt64 {
        try quantity(Self.sizes, bareUnit: 1, expected: "a size such as 4096, 0x1000, 64KiB or 2MiB")
    }

    /// A duration in nanoseconds: a decimal number with `ns`, `us`, `ms`, `s`, `min` or `h`. The unit is not optional.
    public func nanoseconds() throws(YAMLError) -> UInt64 {
        try quantity(Self.durations, bareUnit: nil, expected: "a duration such as 250us, 100ms or 5s")
    }

    private static let sizes: [Substring: UInt64] = [
        "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
    ]

    private static let durations: [Substring: UInt64] = [
        "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000, "h": 3_600_000_000_000,
    ]

    private func quantity(
        _ units: [Substring: UInt64], bareUnit: UInt64?, expected what: String
    ) throws(YAMLError) -> UInt64 {
        guard let text = plain else { throw expected(what) }
        if let bareUnit, IntegerLiteral(text) != nil { return try integer(UInt64.self) * bareUnit }
        let number = text.prefix { $0 == "_" || $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(number.count)
        guard let literal = IntegerLiteral(number), !literal.hasLeadingZero, let factor = units[unit] else {
            throw expected(what)
        }
        guard let count = literal.value(as: UInt64.self),
            case (let total, overflow: false) = count.multipliedReportingOverflow(by: factor)
        else { throw error("\(text) is too large") }
        return total
    }
}

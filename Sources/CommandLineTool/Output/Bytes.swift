/// Numbers for people.
enum Bytes {
    static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    static func text(_ count: UInt64) -> String {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where count >= 1 << shift {
            let whole = count >> shift
            let tenth = (count >> (shift - 4) & 0xF) * 10 / 16
            return tenth == 0 ? "\(whole) \(unit)" : "\(whole).\(tenth) \(unit)"
        }
        return "\(count) B"
    }
}

extension Console {
    /// Prints a JSON result; values of ours always encode.
    static func outJSON(_ kind: String, _ items: [some Encodable]) {
        if let text = try? JSONEnvelope(kind: kind, items).text { out(text) }
    }

    /// Writes one item of a kind as a JSON object on a line of its own.
    static func outJSONLine(_ kind: String, _ item: some Encodable) {
        if let line = try? JSONEnvelope(kind: kind, [item]).line { out(line) }
    }
}

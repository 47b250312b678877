internal import WireBytes

// Messages that carry several runs of bytes hold them as slices of one copy of the message: one allocation however many
// fields there are. The indices of such a slice are offsets in the message it was read from.

extension WireCursor {
    /// Moves over `count` bytes and says where they stand.
    mutating func range(_ count: Int, _ field: String) throws(WireError) -> Range<Int> {
        let start = offset
        try skip(count, field)
        return start..<offset
    }

    /// Moves over a run of bytes whose length stands in the two bytes in front of it.
    mutating func counted16(_ bytes: Span<UInt8>, _ field: String) throws(WireError) -> Range<Int> {
        let count = try uint16(bytes, field)
        return try range(Int(count), field)
    }

    /// The bytes read so far, in an array of their own.
    func copy(_ bytes: Span<UInt8>) -> [UInt8] { [UInt8](copying: bytes.extracting(0..<offset)) }
}

extension WireWriter {
    /// Writes a run of bytes behind its length. What two bytes cannot count is cut off.
    mutating func counted16(_ bytes: ArraySlice<UInt8>) {
        uint16(UInt16(clamping: bytes.count))
        append(bytes.prefix(Int(UInt16.max)))
    }
}

extension [UInt8] {
    /// Copies a span.
    init(copying span: Span<UInt8>) {
        self = [UInt8](capacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }
}

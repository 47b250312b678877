import OpenSSLCrypto

/// The SHA-256 digest that links an entry of the history to everything before it. Printed and exported in hexadecimal.
public struct ChainHash: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// What stands before the first entry.
    public static let zero = ChainHash(bytes: [UInt8](repeating: 0, count: 32))

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Hashes an entry's fields behind the digest of the entry before it.
    ///
    /// The encoding is canonical: a tag, the previous digest, sequence and time as 8 bytes each, then device, kind, text and
    /// payload, every field of variable length behind its length in 4 bytes, integers big-endian. A missing device is empty.
    init(linking fields: HistoryFields, to previous: ChainHash) throws {
        var input: [UInt8] = []
        func append(_ number: some FixedWidthInteger) {
            for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
                input.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        func append(_ field: [UInt8]) {
            append(UInt32(field.count))
            input += field
        }
        append(Array("tdispctl history 1".utf8))
        append(previous.bytes)
        append(UInt64(bitPattern: fields.sequence))
        append(fields.time)
        for field in [fields.device ?? "", fields.kind, fields.text, fields.payload] { append(Array(field.utf8)) }
        bytes = try HashAlgorithm.sha256.digest(of: input.span)
    }
}

extension ChainHash: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension ChainHash: Codable {
    /// Reads the printed form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let digits = Array(try container.decode(String.self))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        guard digits.count == 64, bytes.count == 32 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 64 hexadecimal digits")
        }
        self.bytes = bytes
    }

    /// Writes the printed form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

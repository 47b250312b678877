public import WireBytes

/// One measurement (DSP0274, 10.11.1).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 1 | Index |
/// | 1 | 1 | MeasurementSpecification: 1 DMTF |
/// | 2 | 2 | MeasurementSize: bytes that follow |
/// | 4 | 1 | DMTFSpecMeasurementValueType: bit 7 raw bit stream, 6:0 kind |
/// | 5 | 2 | DMTFSpecMeasurementValueSize |
/// | 7 | n | value |
public struct MeasurementBlock: Hashable, Sendable {
    /// What is measured; bits 6:0 of the value type.
    public struct Kind: RawRepresentable, Hashable, Sendable, Codable {
        /// The number on the wire.
        public let rawValue: UInt8

        /// Creates a kind from its number.
        public init(rawValue: UInt8) { self.rawValue = rawValue & 0x7F }

        /// Immutable ROM.
        public static let rom = Self(rawValue: 0)
        /// Mutable firmware.
        public static let firmware = Self(rawValue: 1)
        /// Hardware configuration.
        public static let hardwareConfiguration = Self(rawValue: 2)
        /// Firmware configuration.
        public static let firmwareConfiguration = Self(rawValue: 3)
        /// Manifest of measurements.
        public static let manifest = Self(rawValue: 4)
        /// Debug and device mode (1.2).
        public static let deviceMode = Self(rawValue: 5)
        /// Version of mutable firmware (1.2).
        public static let firmwareVersion = Self(rawValue: 6)
        /// Security version number of mutable firmware (1.2).
        public static let securityVersion = Self(rawValue: 7)
    }

    /// Which measurement, 1...254.
    public var index: UInt8
    /// What is measured.
    public var kind: Kind
    /// Whether the value is a raw bit stream, not a digest.
    public var isRaw: Bool
    /// Digest or raw bit stream; at most 65,532 bytes are written.
    public var value: ArraySlice<UInt8>

    /// Creates a measurement.
    public init(index: UInt8, kind: Kind, isRaw: Bool, value: ArraySlice<UInt8>) {
        self.index = index
        self.kind = kind
        self.isRaw = isRaw
        self.value = value
    }

    /// Reads one block at the cursor; `storage` is an array with the same bytes.
    static func read(
        _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ storage: ArraySlice<UInt8>
    ) throws(WireError) -> MeasurementBlock {
        let start = cursor.offset
        let index = try cursor.uint8(bytes, "Index")
        let specification = try cursor.uint8(bytes, "MeasurementSpecification")
        guard specification == MeasurementSpecifications.dmtf.rawValue else {
            throw WireError(.invalidValue, at: start + 1, in: "MeasurementSpecification")
        }
        let size = try cursor.uint16(bytes, "MeasurementSize")
        let type = try cursor.uint8(bytes, "DMTFSpecMeasurementValueType")
        let valueSize = try cursor.uint16(bytes, "DMTFSpecMeasurementValueSize")
        guard Int(size) == Int(valueSize) + 3 else {
            throw WireError(.lengthMismatch, at: start + 2, in: "MeasurementSize")
        }
        let value = try cursor.range(Int(valueSize), "DMTFSpecMeasurementValue")
        let place = (storage.startIndex + value.lowerBound)..<(storage.startIndex + value.upperBound)
        return MeasurementBlock(
            index: index, kind: Kind(rawValue: type), isRaw: type & 0x80 != 0, value: storage[place])
    }

    /// The block on the wire.
    public func encoded() -> [UInt8] {
        let value = value.prefix(Int(UInt16.max) - 3)
        var writer = WireWriter(capacity: 7 + value.count)
        writer.uint8(index)
        writer.uint8(MeasurementSpecifications.dmtf.rawValue)
        writer.uint16(UInt16(value.count + 3))
        writer.uint8(kind.rawValue | (isRaw ? 0x80 : 0))
        writer.uint16(UInt16(value.count))
        writer.append(value)
        return writer.bytes
    }
}

extension MeasurementBlock.Kind: CustomStringConvertible {
    /// What is measured, in words, or the number.
    public var description: String {
        switch self {
        case .rom: "immutable ROM"
        case .firmware: "firmware"
        case .hardwareConfiguration: "hardware configuration"
        case .firmwareConfiguration: "firmware configuration"
        case .manifest: "manifest"
        case .deviceMode: "device mode"
        case .firmwareVersion: "firmware version"
        case .securityVersion: "security version"
        default: "kind \(rawValue)"
        }
    }
}

extension Measurements {
    /// The blocks of the record, in order; their values are slices of the message.
    ///
    /// Throws ``WireError``, with offsets in the record: `truncated`; `invalidValue` when a block is not in the DMTF's
    /// format; `lengthMismatch` when its two sizes disagree; `trailingBytes` when bytes follow the last block.
    public func blocks() throws(WireError) -> [MeasurementBlock] {
        let bytes = record.span
        var cursor = WireCursor(bytes)
        var blocks: [MeasurementBlock] = []
        blocks.reserveCapacity(Int(blockCount))
        for _ in 0..<blockCount { blocks.append(try MeasurementBlock.read(bytes, &cursor, record)) }
        try cursor.expectEnd("MeasurementRecord")
        return blocks
    }
}

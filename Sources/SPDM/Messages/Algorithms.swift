internal import WireBytes

/// NEGOTIATE_ALGORITHMS: what the requester takes (DSP0274, 10.5).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: number of tables (1.1) |
/// | 4 | 2 | Length of the message |
/// | 6 | 1 | MeasurementSpecification |
/// | 7 | 1 | OtherParamsSupport (1.2) |
/// | 8 | 4 | BaseAsymAlgo |
/// | 12 | 4 | BaseHashAlgo |
/// | 16 | 12 | reserved |
/// | 28 | 2 | ExtAsymCount, ExtHashCount |
/// | 30 | 1 | reserved |
/// | 31 | 1 | MELspecification (1.3) |
/// | 32 | 4 each | extended algorithms: skipped |
/// | .. | 4 each | ``AlgorithmTables`` (1.1) |
public struct NegotiateAlgorithms: Hashable, Sendable {
    /// Formats of measurement blocks.
    public var measurementSpecifications: MeasurementSpecifications
    /// Formats of opaque data, several keys.
    public var otherParameters: OtherParameters
    /// Signatures by the responder.
    public var asymmetric: BaseAsymmetricAlgorithms
    /// Hash functions.
    public var hash: BaseHashAlgorithms
    /// Formats of a measurement log (1.3); 0 for none.
    public var measurementLogSpecifications: UInt8
    /// What sessions need.
    public var tables: AlgorithmTables

    /// Creates the request.
    public init(
        measurementSpecifications: MeasurementSpecifications = .dmtf, otherParameters: OtherParameters = .opaqueFormat1,
        asymmetric: BaseAsymmetricAlgorithms, hash: BaseHashAlgorithms, measurementLogSpecifications: UInt8 = 0,
        tables: AlgorithmTables = AlgorithmTables()
    ) {
        self.measurementSpecifications = measurementSpecifications
        self.otherParameters = otherParameters
        self.asymmetric = asymmetric
        self.hash = hash
        self.measurementLogSpecifications = measurementLogSpecifications
        self.tables = tables
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> NegotiateAlgorithms {
        let length = try cursor.uint16(bytes, "Length")
        let specifications = MeasurementSpecifications(rawValue: try cursor.uint8(bytes, "MeasurementSpecification"))
        let other = OtherParameters(rawValue: try cursor.uint8(bytes, "OtherParamsSupport"))
        var message = NegotiateAlgorithms(
            measurementSpecifications: specifications, otherParameters: header.version >= .v1_2 ? other : [],
            asymmetric: BaseAsymmetricAlgorithms(rawValue: try cursor.uint32(bytes, "BaseAsymAlgo")),
            hash: BaseHashAlgorithms(rawValue: try cursor.uint32(bytes, "BaseHashAlgo")))
        try cursor.skip(12, "reserved")
        let extended = Int(try cursor.uint8(bytes, "ExtAsymCount")) + Int(try cursor.uint8(bytes, "ExtHashCount"))
        try cursor.skip(1, "reserved")
        let log = try cursor.uint8(bytes, "MELspecification")
        if header.version >= .v1_3 { message.measurementLogSpecifications = log }
        try cursor.skip(4 * extended, "ExtAsym")
        if header.version > .v1_0 { message.tables = try AlgorithmTables.read(header.param1, bytes, &cursor) }
        guard Int(length) == cursor.offset else { throw WireError(.lengthMismatch, at: 4, in: "Length") }
        return message
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        let count = version > .v1_0 ? tables.count : 0
        var writer = WireWriter(capacity: 48)
        MessageHeader(version, .negotiateAlgorithms, param1: UInt8(clamping: count)).write(to: &writer)
        writer.uint16(UInt16(clamping: 32 + 4 * count))
        writer.uint8(measurementSpecifications.rawValue)
        writer.uint8(version >= .v1_2 ? otherParameters.rawValue : 0)
        writer.uint32(asymmetric.rawValue)
        writer.uint32(hash.rawValue)
        writer.zeros(15)
        writer.uint8(version >= .v1_3 ? measurementLogSpecifications : 0)
        if version > .v1_0 { tables.write(to: &writer) }
        return writer.bytes
    }
}

/// ALGORITHMS: what the responder chose (DSP0274, 10.5). At most one bit of each kind.
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: number of tables (1.1) |
/// | 4 | 2 | Length of the message |
/// | 6 | 1 | MeasurementSpecificationSel |
/// | 7 | 1 | OtherParamsSelection (1.2) |
/// | 8 | 4 | MeasurementHashAlgo |
/// | 12 | 4 | BaseAsymSel |
/// | 16 | 4 | BaseHashSel |
/// | 20 | 11 | reserved |
/// | 31 | 1 | MELspecificationSel (1.3) |
/// | 32 | 2 | ExtAsymSelCount, ExtHashSelCount |
/// | 34 | 2 | reserved |
/// | 36 | 4 each | extended algorithms: skipped |
/// | .. | 4 each | ``AlgorithmTables`` (1.1) |
public struct Algorithms: Hashable, Sendable {
    /// Format of measurement blocks.
    public var measurementSpecification: MeasurementSpecifications
    /// Format of opaque data, several keys.
    public var otherParameters: OtherParameters
    /// How measurement blocks are hashed.
    public var measurementHash: MeasurementHashAlgorithms
    /// Signatures by the responder.
    public var asymmetric: BaseAsymmetricAlgorithms
    /// Hash function.
    public var hash: BaseHashAlgorithms
    /// Format of the measurement log (1.3); 0 for none.
    public var measurementLogSpecification: UInt8
    /// What sessions need.
    public var tables: AlgorithmTables

    /// Creates the response.
    public init(
        measurementSpecification: MeasurementSpecifications = .dmtf, otherParameters: OtherParameters = .opaqueFormat1,
        measurementHash: MeasurementHashAlgorithms = [], asymmetric: BaseAsymmetricAlgorithms,
        hash: BaseHashAlgorithms, measurementLogSpecification: UInt8 = 0, tables: AlgorithmTables = AlgorithmTables()
    ) {
        self.measurementSpecification = measurementSpecification
        self.otherParameters = otherParameters
        self.measurementHash = measurementHash
        self.asymmetric = asymmetric
        self.hash = hash
        self.measurementLogSpecification = measurementLogSpecification
        self.tables = tables
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> Algorithms {
        let length = try cursor.uint16(bytes, "Length")
        let specification = MeasurementSpecifications(rawValue: try cursor.uint8(bytes, "MeasurementSpecificationSel"))
        let other = OtherParameters(rawValue: try cursor.uint8(bytes, "OtherParamsSelection"))
        var message = Algorithms(
            measurementSpecification: specification, otherParameters: header.version >= .v1_2 ? other : [],
            measurementHash: MeasurementHashAlgorithms(rawValue: try cursor.uint32(bytes, "MeasurementHashAlgo")),
            asymmetric: BaseAsymmetricAlgorithms(rawValue: try cursor.uint32(bytes, "BaseAsymSel")),
            hash: BaseHashAlgorithms(rawValue: try cursor.uint32(bytes, "BaseHashSel")))
        try cursor.skip(11, "reserved")
        let log = try cursor.uint8(bytes, "MELspecificationSel")
        if header.version >= .v1_3 { message.measurementLogSpecification = log }
        let extended =
            Int(try cursor.uint8(bytes, "ExtAsymSelCount")) + Int(try cursor.uint8(bytes, "ExtHashSelCount"))
        try cursor.skip(2, "reserved")
        try cursor.skip(4 * extended, "ExtAsymSel")
        if header.version > .v1_0 { message.tables = try AlgorithmTables.read(header.param1, bytes, &cursor) }
        guard Int(length) == cursor.offset else { throw WireError(.lengthMismatch, at: 4, in: "Length") }
        return message
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        let count = version > .v1_0 ? tables.count : 0
        var writer = WireWriter(capacity: 52)
        MessageHeader(version, MessageCode.negotiateAlgorithms.response, param1: UInt8(clamping: count))
            .write(to: &writer)
        writer.uint16(UInt16(clamping: 36 + 4 * count))
        writer.uint8(measurementSpecification.rawValue)
        writer.uint8(version >= .v1_2 ? otherParameters.rawValue : 0)
        writer.uint32(measurementHash.rawValue)
        writer.uint32(asymmetric.rawValue)
        writer.uint32(hash.rawValue)
        writer.zeros(11)
        writer.uint8(version >= .v1_3 ? measurementLogSpecification : 0)
        writer.zeros(4)
        if version > .v1_0 { tables.write(to: &writer) }
        return writer.bytes
    }
}

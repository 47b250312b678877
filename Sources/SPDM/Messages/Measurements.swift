internal import WireBytes

/// GET_MEASUREMENTS: asks for measurements (DSP0274, 10.11).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: 0 signature, 1 raw bit streams (1.2), 2 as they are now (1.3) |
/// | 3 | 1 | Param2: index; 0 the number of them, FFh all |
/// | 4 | 32 | Nonce, only if a signature is asked for |
/// | 36 | 1 | SlotIDParam: slot in bits 3:0, likewise (1.1) |
/// | .. | 8 | RequesterContext (1.3), always |
public struct GetMeasurements: Hashable, Sendable {
    /// What Param1 asks for.
    public struct Attributes: OptionSet, Hashable, Sendable {
        /// The bits as on the wire.
        public let rawValue: UInt8
        /// Creates attributes from their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A signature; implied by ``GetMeasurements/proof``.
        static let signature = Self(rawValue: 1 << 0)
        /// Raw bit streams instead of digests, where there are any.
        public static let raw = Self(rawValue: 1 << 1)
        /// NewMeasurementRequested (1.3): as they will be once updates that are waiting are in force.
        public static let pending = Self(rawValue: 1 << 2)
    }

    /// What a request for a signature adds.
    public struct Proof: Hashable, Sendable {
        /// Random bytes.
        public var nonce: Nonce
        /// Whose key signs, 0...15; always 0 in SPDM 1.0.
        public var slot: UInt8

        /// Creates what a request for a signature adds.
        public init(nonce: Nonce, slot: UInt8) {
            self.nonce = nonce
            self.slot = slot
        }

    }

    /// Index 0: how many are there?
    public static let count: UInt8 = 0
    /// Index FFh: all of them.
    public static let all: UInt8 = 0xFF

    /// Raw, pending.
    public var attributes: Attributes
    /// Which measurement, ``count`` or ``all``.
    public var index: UInt8
    /// Nil when no signature is asked for.
    public var proof: Proof?
    /// Chosen by the requester and echoed, from 1.3 on; else 0.
    public var context: UInt64

    /// Creates the request.
    public init(index: UInt8, attributes: Attributes = [], proof: Proof? = nil, context: UInt64 = 0) {
        self.attributes = attributes.subtracting(.signature)
        self.index = index
        self.proof = proof
        self.context = context
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> GetMeasurements {
        let attributes = Attributes(rawValue: header.param1 & 7)
        var proof: Proof?
        if attributes.contains(.signature) {
            let nonce = Nonce(try cursor.bytes32(bytes, "Nonce"))
            proof = Proof(
                nonce: nonce, slot: header.version > .v1_0 ? try cursor.uint8(bytes, "SlotIDParam") & 0xF : 0)
        }
        let context = header.version >= .v1_3 ? try cursor.uint64(bytes, "RequesterContext") : 0
        return GetMeasurements(index: header.param2, attributes: attributes, proof: proof, context: context)
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 45)
        let signed = proof == nil ? attributes : attributes.union(.signature)
        MessageHeader(version, .getMeasurements, param1: signed.rawValue & 7, param2: index).write(to: &writer)
        if let proof {
            writer.bytes32(proof.nonce.bytes)
            if version > .v1_0 { writer.uint8(proof.slot & 0xF) }
        }
        if version >= .v1_3 { writer.uint64(context) }
        return writer.bytes
    }
}

/// MEASUREMENTS: measurements, or how many there are (DSP0274, 10.11).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: number of measurements, if index 0 was asked for |
/// | 3 | 1 | Param2: 3:0 slot, 5:4 change (1.2) |
/// | 4 | 1 | NumberOfBlocks |
/// | 5 | 3 | MeasurementRecordLength |
/// | 8 | n | MeasurementRecord: a ``MeasurementBlock`` each |
/// | .. | 32 | Nonce |
/// | .. | 2 | OpaqueDataLength |
/// | .. | n | OpaqueData |
/// | .. | 8 | RequesterContext (1.3) |
/// | .. | S | Signature, if it was asked for |
public struct Measurements: Hashable, Sendable {
    /// Whether anything changed since measurements were first asked for (1.2).
    public struct Change: RawRepresentable, Hashable, Sendable {
        /// Two bits.
        public let rawValue: UInt8
        /// Creates a change from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue & 3 }
        /// The responder does not look for changes.
        public static let notDetected = Self(rawValue: 0)
        /// Something changed.
        public static let changed = Self(rawValue: 1)
        /// Nothing changed.
        public static let unchanged = Self(rawValue: 2)
    }

    /// Number of measurements, when index 0 was asked for.
    public var total: UInt8
    /// Whose key signed, 0...15.
    public var slot: UInt8
    /// Whether anything changed.
    public var change: Change
    /// Number of blocks in the record.
    public var blockCount: UInt8
    /// The blocks, one behind the other; see ``blocks()``. At most 16,777,215 bytes are written.
    public var record: ArraySlice<UInt8>
    /// Random bytes of the responder.
    public var nonce: Nonce
    /// Opaque data; at most 65,535 bytes are written.
    public var opaque: ArraySlice<UInt8>
    /// The requester's context, from 1.3 on; else 0.
    public var context: UInt64
    /// Signature over L1; empty when none was asked for.
    public var signature: ArraySlice<UInt8>

    /// Creates the response.
    public init(
        total: UInt8 = 0, slot: UInt8 = 0, change: Change = .notDetected, blockCount: UInt8 = 0,
        record: ArraySlice<UInt8> = [], nonce: Nonce, opaque: ArraySlice<UInt8> = [],
        context: UInt64 = 0, signature: ArraySlice<UInt8> = []
    ) {
        self.total = total
        self.slot = slot
        self.change = change
        self.blockCount = blockCount
        self.record = record
        self.nonce = nonce
        self.opaque = opaque
        self.context = context
        self.signature = signature
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ request: GetMeasurements,
        _ sizes: NegotiatedSizes
    ) throws(WireError) -> Measurements {
        let blockCount = try cursor.uint8(bytes, "NumberOfBlocks")
        let length = try cursor.uint24(bytes, "MeasurementRecordLength")
        let record = try cursor.range(Int(length), "MeasurementRecord")
        let nonce = Nonce(try cursor.bytes32(bytes, "Nonce"))
        let opaque = try cursor.counted16(bytes, "OpaqueData")
        let context = header.version >= .v1_3 ? try cursor.uint64(bytes, "RequesterContext") : 0
        let signature = try cursor.range(request.proof == nil ? 0 : sizes.signature, "Signature")
        let copy = cursor.copy(bytes)
        return Measurements(
            total: header.param1, slot: header.param2 & 0xF,
            change: Change(rawValue: header.version >= .v1_2 ? header.param2 >> 4 : 0), blockCount: blockCount,
            record: copy[record], nonce: nonce, opaque: copy[opaque], context: context, signature: copy[signature])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 50 + record.count + opaque.count + signature.count)
        let change = version >= .v1_2 ? change.rawValue << 4 : 0
        MessageHeader(
            version, MessageCode.getMeasurements.response, param1: total, param2: slot & 0xF | change
        ).write(to: &writer)
        writer.uint8(blockCount)
        let record = record.prefix(0xFF_FFFF)
        writer.uint24(UInt32(record.count))
        writer.append(record)
        writer.bytes32(nonce.bytes)
        writer.counted16(opaque)
        if version >= .v1_3 { writer.uint64(context) }
        writer.append(signature)
        return writer.bytes
    }
}

internal import WireBytes

/// Which measurements a summary hash covers, in CHALLENGE, KEY_EXCHANGE and PSK_EXCHANGE (DSP0274, 10.8).
public struct MeasurementSummary: RawRepresentable, Hashable, Sendable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a choice from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No summary hash in the response.
    public static let none = Self(rawValue: 0)
    /// The trusted computing base.
    public static let tcb = Self(rawValue: 1)
    /// All measurements.
    public static let all = Self(rawValue: 0xFF)

    /// Bytes of the summary hash in the response.
    func size(_ sizes: NegotiatedSizes) -> Int { self == .none ? 0 : sizes.hash }
}

/// CHALLENGE: asks for a signature over a nonce, 36 bytes, 44 from SPDM 1.3 on (DSP0274, 10.8).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: slot; FFh for the provisioned key |
/// | 3 | 1 | Param2: measurement summary wanted |
/// | 4 | 32 | Nonce |
/// | 36 | 8 | RequesterContext (1.3) |
public struct Challenge: Hashable, Sendable {
    /// Which key is to sign.
    public var slot: UInt8
    /// Which summary hash is wanted.
    public var summary: MeasurementSummary
    /// Random bytes.
    public var nonce: Nonce
    /// Chosen by the requester and echoed, from 1.3 on; else 0.
    public var context: UInt64

    /// Creates the request.
    public init(slot: UInt8, summary: MeasurementSummary, nonce: Nonce, context: UInt64 = 0) {
        self.slot = slot
        self.summary = summary
        self.nonce = nonce
        self.context = context
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> Challenge {
        Challenge(
            slot: header.param1, summary: MeasurementSummary(rawValue: header.param2),
            nonce: Nonce(try cursor.bytes32(bytes, "Nonce")),
            context: header.version >= .v1_3 ? try cursor.uint64(bytes, "RequesterContext") : 0)
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 44)
        MessageHeader(version, .challenge, param1: slot, param2: summary.rawValue).write(to: &writer)
        writer.bytes32(nonce.bytes)
        if version >= .v1_3 { writer.uint64(context) }
        return writer.bytes
    }
}

/// CHALLENGE_AUTH: the responder's proof that it holds the key of a slot (DSP0274, 10.8).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: slot in bits 3:0; bit 7 asks for mutual authentication (1.1) |
/// | 3 | 1 | Param2: slots that hold a chain |
/// | 4 | H | CertChainHash |
/// | .. | 32 | Nonce |
/// | .. | H | MeasurementSummaryHash, if it was asked for |
/// | .. | 2 | OpaqueDataLength |
/// | .. | n | OpaqueData |
/// | .. | 8 | RequesterContext (1.3) |
/// | .. | S | Signature |
public struct ChallengeAuth: Hashable, Sendable {
    /// Attributes and slot, byte 2 as it is.
    public var attributes: UInt8
    /// Slots that hold a chain.
    public var provisionedSlots: UInt8
    /// Digest of the chain in the slot.
    public var chainHash: ArraySlice<UInt8>
    /// Random bytes of the responder.
    public var nonce: Nonce
    /// Summary hash; empty when none was asked for.
    public var measurementSummary: ArraySlice<UInt8>
    /// Opaque data; at most 65,535 bytes are written.
    public var opaque: ArraySlice<UInt8>
    /// The requester's context, from 1.3 on; else 0.
    public var context: UInt64
    /// Signature over M1.
    public var signature: ArraySlice<UInt8>

    /// The slot, 15 for the provisioned key.
    public var slot: UInt8 { attributes & 0xF }

    /// Creates the response.
    public init(
        attributes: UInt8, provisionedSlots: UInt8, chainHash: ArraySlice<UInt8>, nonce: Nonce,
        measurementSummary: ArraySlice<UInt8> = [], opaque: ArraySlice<UInt8> = [], context: UInt64 = 0,
        signature: ArraySlice<UInt8>
    ) {
        self.attributes = attributes
        self.provisionedSlots = provisionedSlots
        self.chainHash = chainHash
        self.nonce = nonce
        self.measurementSummary = measurementSummary
        self.opaque = opaque
        self.context = context
        self.signature = signature
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ request: Challenge,
        _ sizes: NegotiatedSizes
    ) throws(WireError) -> ChallengeAuth {
        let chainHash = try cursor.range(sizes.hash, "CertChainHash")
        let nonce = Nonce(try cursor.bytes32(bytes, "Nonce"))
        let summary = try cursor.range(request.summary.size(sizes), "MeasurementSummaryHash")
        let opaque = try cursor.counted16(bytes, "OpaqueData")
        let context = header.version >= .v1_3 ? try cursor.uint64(bytes, "RequesterContext") : 0
        let signature = try cursor.range(sizes.signature, "Signature")
        let copy = cursor.copy(bytes)
        return ChallengeAuth(
            attributes: header.param1, provisionedSlots: header.param2, chainHash: copy[chainHash], nonce: nonce,
            measurementSummary: copy[summary], opaque: copy[opaque], context: context, signature: copy[signature])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(
            capacity: 46 + chainHash.count + measurementSummary.count + opaque.count + signature.count)
        MessageHeader(
            version, MessageCode.challenge.response, param1: attributes, param2: provisionedSlots
        ).write(to: &writer)
        writer.append(chainHash)
        writer.bytes32(nonce.bytes)
        writer.append(measurementSummary)
        writer.counted16(opaque)
        if version >= .v1_3 { writer.uint64(context) }
        writer.append(signature)
        return writer.bytes
    }
}

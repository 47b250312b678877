internal import WireBytes

/// Bits of SessionPolicy in KEY_EXCHANGE and PSK_EXCHANGE (SPDM 1.2; DSP0274, table 67).
public struct SessionPolicy: OptionSet, Hashable, Sendable {
    /// The bits as on the wire.
    public let rawValue: UInt8

    /// Creates a policy from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// TerminationPolicy: the session ends when the responder's firmware is updated. Without it the responder may
    /// choose.
    public static let terminateOnUpdate = Self(rawValue: 1 << 0)
    /// EventAllPolicy (1.3): the requester subscribes to all events.
    public static let allEvents = Self(rawValue: 1 << 1)
}

/// KEY_EXCHANGE: opens a session (DSP0274, 10.16).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: measurement summary wanted |
/// | 3 | 1 | Param2: slot; FFh for the provisioned key |
/// | 4 | 2 | ReqSessionID |
/// | 6 | 1 | SessionPolicy (1.2) |
/// | 7 | 1 | reserved |
/// | 8 | 32 | RandomData |
/// | 40 | D | ExchangeData: X and Y big-endian, or the public number |
/// | .. | 2 | OpaqueDataLength |
/// | .. | n | OpaqueData: ``OpaqueData`` |
public struct KeyExchange: Hashable, Sendable {
    /// Which summary hash is wanted.
    public var summary: MeasurementSummary
    /// Which key is to sign.
    public var slot: UInt8
    /// The requester's half of the session ID.
    public var requesterSessionID: UInt16
    /// Policy of the session, from 1.2 on; else empty.
    public var policy: SessionPolicy
    /// Random bytes.
    public var random: Nonce
    /// The requester's public value.
    public var exchange: ArraySlice<UInt8>
    /// Opaque data; at most 65,535 bytes are written.
    public var opaque: ArraySlice<UInt8>

    /// Creates the request.
    public init(
        summary: MeasurementSummary, slot: UInt8, requesterSessionID: UInt16, policy: SessionPolicy = [],
        random: Nonce, exchange: ArraySlice<UInt8>, opaque: ArraySlice<UInt8>
    ) {
        self.summary = summary
        self.slot = slot
        self.requesterSessionID = requesterSessionID
        self.policy = policy
        self.random = random
        self.exchange = exchange
        self.opaque = opaque
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> KeyExchange {
        let session = try cursor.uint16(bytes, "ReqSessionID")
        let policy = SessionPolicy(rawValue: try cursor.uint8(bytes, "SessionPolicy"))
        try cursor.skip(1, "reserved")
        let random = Nonce(try cursor.bytes32(bytes, "RandomData"))
        let exchange = try cursor.range(sizes.exchange, "ExchangeData")
        let opaque = try cursor.counted16(bytes, "OpaqueData")
        let copy = cursor.copy(bytes)
        return KeyExchange(
            summary: MeasurementSummary(rawValue: header.param1), slot: header.param2, requesterSessionID: session,
            policy: header.version >= .v1_2 ? policy : [], random: random, exchange: copy[exchange],
            opaque: copy[opaque])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 42 + exchange.count + opaque.count)
        MessageHeader(version, .keyExchange, param1: summary.rawValue, param2: slot).write(to: &writer)
        writer.uint16(requesterSessionID)
        writer.uint8(version >= .v1_2 ? policy.rawValue : 0)
        writer.zeros(1)
        writer.bytes32(random.bytes)
        writer.append(exchange)
        writer.counted16(opaque)
        return writer.bytes
    }
}

/// KEY_EXCHANGE_RSP: the responder's half of the key exchange, signed (DSP0274, 10.16).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: HeartbeatPeriod in seconds |
/// | 4 | 2 | RspSessionID |
/// | 6 | 1 | MutAuthRequested |
/// | 7 | 1 | SlotIDParam: the requester's slot in bits 3:0 |
/// | 8 | 32 | RandomData |
/// | 40 | D | ExchangeData |
/// | .. | H | MeasurementSummaryHash, if it was asked for |
/// | .. | 2 | OpaqueDataLength |
/// | .. | n | OpaqueData |
/// | .. | S | Signature |
/// | .. | H | ResponderVerifyData, unless the handshake is in the clear |
public struct KeyExchangeResponse: Hashable, Sendable {
    /// How the requester is to authenticate itself, MutAuthRequested: at most one bit.
    public struct MutualAuthentication: RawRepresentable, Hashable, Sendable {
        /// The byte on the wire.
        public let rawValue: UInt8
        /// Creates a mode from its byte.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Not at all.
        public static let none = Self(rawValue: 0)
        /// With a chain or key that the responder has.
        public static let provisioned = Self(rawValue: 1)
        /// Through the encapsulated flow, which GET_ENCAPSULATED_REQUEST starts.
        public static let encapsulated = Self(rawValue: 2)
        /// Through the encapsulated flow, which starts with the requester's DIGESTS.
        public static let encapsulatedDigests = Self(rawValue: 4)
    }

    /// ``requesterSlot`` of a requester whose public key the responder has; FINISH then says FFh.
    public static let provisionedKeySlot: UInt8 = 0xF

    /// Seconds between heartbeats; 0 for none.
    public var heartbeatPeriod: UInt8
    /// The responder's half of the session ID.
    public var responderSessionID: UInt16
    /// Whether and how the requester is to authenticate itself.
    public var mutualAuthentication: MutualAuthentication
    /// Which of the requester's slots is wanted, 0...15.
    public var requesterSlot: UInt8
    /// Random bytes.
    public var random: Nonce
    /// The responder's public value.
    public var exchange: ArraySlice<UInt8>
    /// Summary hash; empty when none was asked for.
    public var measurementSummary: ArraySlice<UInt8>
    /// Opaque data; at most 65,535 bytes are written.
    public var opaque: ArraySlice<UInt8>
    /// Signature over the transcript.
    public var signature: ArraySlice<UInt8>
    /// HMAC over the hash of TH1; empty when the handshake is in the clear.
    public var verifyData: ArraySlice<UInt8>

    /// Creates the response.
    public init(
        heartbeatPeriod: UInt8, responderSessionID: UInt16, mutualAuthentication: MutualAuthentication = .none,
        requesterSlot: UInt8 = 0, random: Nonce, exchange: ArraySlice<UInt8>,
        measurementSummary: ArraySlice<UInt8> = [], opaque: ArraySlice<UInt8>, signature: ArraySlice<UInt8>,
        verifyData: ArraySlice<UInt8>
    ) {
        self.heartbeatPeriod = heartbeatPeriod
        self.responderSessionID = responderSessionID
        self.mutualAuthentication = mutualAuthentication
        self.requesterSlot = requesterSlot
        self.random = random
        self.exchange = exchange
        self.measurementSummary = measurementSummary
        self.opaque = opaque
        self.signature = signature
        self.verifyData = verifyData
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ request: KeyExchange,
        _ sizes: NegotiatedSizes
    ) throws(WireError) -> KeyExchangeResponse {
        let session = try cursor.uint16(bytes, "RspSessionID")
        let mutual = MutualAuthentication(rawValue: try cursor.uint8(bytes, "MutAuthRequested"))
        let slot = try cursor.uint8(bytes, "SlotIDParam") & 0xF
        let random = Nonce(try cursor.bytes32(bytes, "RandomData"))
        let exchange = try cursor.range(sizes.exchange, "ExchangeData")
        let summary = try cursor.range(request.summary.size(sizes), "MeasurementSummaryHash")
        let opaque = try cursor.counted16(bytes, "OpaqueData")
        let signature = try cursor.range(sizes.signature, "Signature")
        let verifyData = try cursor.range(sizes.handshakeInTheClear ? 0 : sizes.hash, "ResponderVerifyData")
        let copy = cursor.copy(bytes)
        return KeyExchangeResponse(
            heartbeatPeriod: header.param1, responderSessionID: session, mutualAuthentication: mutual,
            requesterSlot: slot, random: random, exchange: copy[exchange], measurementSummary: copy[summary],
            opaque: copy[opaque], signature: copy[signature], verifyData: copy[verifyData])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        let fields = [exchange, measurementSummary, opaque, signature, verifyData]
        var writer = WireWriter(capacity: fields.reduce(42) { $0 + $1.count })
        MessageHeader(version, MessageCode.keyExchange.response, param1: heartbeatPeriod).write(to: &writer)
        writer.uint16(responderSessionID)
        writer.uint8(mutualAuthentication.rawValue)
        writer.uint8(requesterSlot & 0xF)
        writer.bytes32(random.bytes)
        writer.append(exchange)
        writer.append(measurementSummary)
        writer.counted16(opaque)
        writer.append(signature)
        writer.append(verifyData)
        return writer.bytes
    }
}

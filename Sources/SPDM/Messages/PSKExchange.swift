internal import WireBytes

/// PSK_EXCHANGE: opens a session from a key that both ends have (DSP0274, 10.18).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: measurement summary wanted |
/// | 3 | 1 | Param2: SessionPolicy (1.2) |
/// | 4 | 2 | ReqSessionID |
/// | 6 | 2 | PSKHintLength, p |
/// | 8 | 2 | RequesterContextLength, r |
/// | 10 | 2 | OpaqueDataLength, n |
/// | 12 | p | PSKHint: which key |
/// | .. | r | RequesterContext: random bytes, at least H |
/// | .. | n | OpaqueData: ``OpaqueData`` |
public struct PSKExchange: Hashable, Sendable {
    /// Which summary hash is wanted.
    public var summary: MeasurementSummary
    /// Policy of the session, from 1.2 on; else empty.
    public var policy: SessionPolicy
    /// The requester's half of the session ID.
    public var requesterSessionID: UInt16
    /// Which key; this field and the next two are cut to 65,535 bytes when written.
    public var hint: ArraySlice<UInt8>
    /// What the requester adds to the keys.
    public var context: ArraySlice<UInt8>
    /// Opaque data.
    public var opaque: ArraySlice<UInt8>

    /// Creates the request.
    public init(
        summary: MeasurementSummary, policy: SessionPolicy = [], requesterSessionID: UInt16,
        hint: ArraySlice<UInt8>, context: ArraySlice<UInt8>, opaque: ArraySlice<UInt8>
    ) {
        self.summary = summary
        self.policy = policy
        self.requesterSessionID = requesterSessionID
        self.hint = hint
        self.context = context
        self.opaque = opaque
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> PSKExchange {
        let session = try cursor.uint16(bytes, "ReqSessionID")
        let hintLength = try cursor.uint16(bytes, "PSKHintLength")
        let contextLength = try cursor.uint16(bytes, "RequesterContextLength")
        let opaqueLength = try cursor.uint16(bytes, "OpaqueDataLength")
        let hint = try cursor.range(Int(hintLength), "PSKHint")
        let context = try cursor.range(Int(contextLength), "RequesterContext")
        let opaque = try cursor.range(Int(opaqueLength), "OpaqueData")
        let copy = cursor.copy(bytes)
        return PSKExchange(
            summary: MeasurementSummary(rawValue: header.param1),
            policy: SessionPolicy(rawValue: header.version >= .v1_2 ? header.param2 : 0), requesterSessionID: session,
            hint: copy[hint], context: copy[context], opaque: copy[opaque])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 12 + hint.count + context.count + opaque.count)
        MessageHeader(
            version, .pskExchange, param1: summary.rawValue, param2: version >= .v1_2 ? policy.rawValue : 0
        ).write(to: &writer)
        writer.uint16(requesterSessionID)
        writer.uint16(UInt16(clamping: hint.count))
        writer.uint16(UInt16(clamping: context.count))
        writer.uint16(UInt16(clamping: opaque.count))
        writer.append(hint.prefix(Int(UInt16.max)))
        writer.append(context.prefix(Int(UInt16.max)))
        writer.append(opaque.prefix(Int(UInt16.max)))
        return writer.bytes
    }
}

/// PSK_EXCHANGE_RSP: the responder's half, authenticated by the key itself (DSP0274, 10.18).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: HeartbeatPeriod in seconds |
/// | 4 | 2 | RspSessionID |
/// | 6 | 2 | reserved |
/// | 8 | 2 | ResponderContextLength, q |
/// | 10 | 2 | OpaqueDataLength, n |
/// | 12 | H | MeasurementSummaryHash, if it was asked for |
/// | .. | q | ResponderContext |
/// | .. | n | OpaqueData |
/// | .. | H | ResponderVerifyData |
public struct PSKExchangeResponse: Hashable, Sendable {
    /// Seconds between heartbeats; 0 for none.
    public var heartbeatPeriod: UInt8
    /// The responder's half of the session ID.
    public var responderSessionID: UInt16
    /// Summary hash; empty when none was asked for.
    public var measurementSummary: ArraySlice<UInt8>
    /// What the responder adds to the keys; when empty, the session is established without PSK_FINISH. This field and
    /// the next are cut to 65,535 bytes when written.
    public var context: ArraySlice<UInt8>
    /// Opaque data.
    public var opaque: ArraySlice<UInt8>
    /// HMAC over the hash of TH1.
    public var verifyData: ArraySlice<UInt8>

    /// Creates the response.
    public init(
        heartbeatPeriod: UInt8, responderSessionID: UInt16, measurementSummary: ArraySlice<UInt8> = [],
        context: ArraySlice<UInt8>, opaque: ArraySlice<UInt8>, verifyData: ArraySlice<UInt8>
    ) {
        self.heartbeatPeriod = heartbeatPeriod
        self.responderSessionID = responderSessionID
        self.measurementSummary = measurementSummary
        self.context = context
        self.opaque = opaque
        self.verifyData = verifyData
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ request: PSKExchange,
        _ sizes: NegotiatedSizes
    ) throws(WireError) -> PSKExchangeResponse {
        let session = try cursor.uint16(bytes, "RspSessionID")
        try cursor.skip(2, "reserved")
        let contextLength = try cursor.uint16(bytes, "ResponderContextLength")
        let opaqueLength = try cursor.uint16(bytes, "OpaqueDataLength")
        let summary = try cursor.range(request.summary.size(sizes), "MeasurementSummaryHash")
        let context = try cursor.range(Int(contextLength), "ResponderContext")
        let opaque = try cursor.range(Int(opaqueLength), "OpaqueData")
        let verifyData = try cursor.range(sizes.hash, "ResponderVerifyData")
        let copy = cursor.copy(bytes)
        return PSKExchangeResponse(
            heartbeatPeriod: header.param1, responderSessionID: session, measurementSummary: copy[summary],
            context: copy[context], opaque: copy[opaque], verifyData: copy[verifyData])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        let fields = [measurementSummary, context, opaque, verifyData]
        var writer = WireWriter(capacity: fields.reduce(12) { $0 + $1.count })
        MessageHeader(version, MessageCode.pskExchange.response, param1: heartbeatPeriod).write(to: &writer)
        writer.uint16(responderSessionID)
        writer.zeros(2)
        writer.uint16(UInt16(clamping: context.count))
        writer.uint16(UInt16(clamping: opaque.count))
        writer.append(measurementSummary)
        writer.append(context.prefix(Int(UInt16.max)))
        writer.append(opaque.prefix(Int(UInt16.max)))
        writer.append(verifyData)
        return writer.bytes
    }
}

internal import WireBytes

// What these messages carry is an SPDM message without a length. In a session the record says where it ends. In the
// clear the padding of DOE is at its end, and only the message inside can tell its own length: `SPDMRequest.decode` and
// `SPDMResponse.decode` say it.

/// GET_ENCAPSULATED_REQUEST, 4 bytes: has the responder something to ask? (DSP0274, 10.22)
public struct GetEncapsulatedRequest: Hashable, Sendable {
    /// Creates the request.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, .getEncapsulatedRequest).write(to: &writer)
        return writer.bytes
    }
}

/// ENCAPSULATED_REQUEST: the responder asks the requester (DSP0274, 10.22). 4 bytes, with Param1 the request's number,
/// then the request.
public struct EncapsulatedRequest: Hashable, Sendable {
    /// Number of the request.
    public var requestID: UInt8
    /// The request, with DOE padding behind it when it came in the clear.
    public var request: [UInt8]

    /// Creates the response.
    public init(requestID: UInt8, request: [UInt8]) {
        self.requestID = requestID
        self.request = request
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + request.count)
        MessageHeader(version, MessageCode.getEncapsulatedRequest.response, param1: requestID).write(to: &writer)
        writer.append(request)
        return writer.bytes
    }
}

/// DELIVER_ENCAPSULATED_RESPONSE: the requester's answer (DSP0274, 10.22). 4 bytes, with Param1 the request's number,
/// then the response.
public struct DeliverEncapsulatedResponse: Hashable, Sendable {
    /// Number of the request that is answered.
    public var requestID: UInt8
    /// The response, with DOE padding behind it when it came in the clear.
    public var response: [UInt8]

    /// Creates the request.
    public init(requestID: UInt8, response: [UInt8]) {
        self.requestID = requestID
        self.response = response
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + response.count)
        MessageHeader(version, .deliverEncapsulatedResponse, param1: requestID).write(to: &writer)
        writer.append(response)
        return writer.bytes
    }
}

/// ENCAPSULATED_RESPONSE_ACK: the answer arrived, and perhaps the next request (DSP0274, 10.22).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: number of the next request |
/// | 3 | 1 | Param2: 0 nothing follows, 1 a request, 2 the number of a slot |
/// | 4 | 1 | AckRequestID (1.2) |
/// | 5 | 3 | reserved (1.2) |
/// | 8 | n | the request, or one byte |
public struct EncapsulatedResponseAck: Hashable, Sendable {
    /// What follows.
    public enum Payload: Hashable, Sendable {
        /// Nothing: the flow is over.
        case none
        /// The next request, with DOE padding behind it when it came in the clear.
        case request([UInt8])
        /// The flow is over; the requester is to sign FINISH with this slot's key.
        case slot(UInt8)
    }

    /// Number of the next request.
    public var requestID: UInt8
    /// Number of the request whose answer arrived, from 1.2 on; else 0.
    public var acknowledgedID: UInt8
    /// What follows.
    public var payload: Payload

    /// Creates the response.
    public init(requestID: UInt8, acknowledgedID: UInt8, payload: Payload) {
        self.requestID = requestID
        self.acknowledgedID = acknowledgedID
        self.payload = payload
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> EncapsulatedResponseAck {
        var acknowledgedID: UInt8 = 0
        if header.version >= .v1_2 {
            acknowledgedID = try cursor.uint8(bytes, "AckRequestID")
            try cursor.skip(3, "reserved")
        }
        let payload: Payload
        switch header.param2 {
        case 0: payload = .none
        case 1: payload = .request(try cursor.bytes(bytes, count: cursor.remaining, "EncapsulatedRequest"))
        case 2: payload = .slot(try cursor.uint8(bytes, "ReqSlotNumber"))
        default: throw WireError(.invalidValue, at: 3, in: "Param2")
        }
        return EncapsulatedResponseAck(requestID: header.param1, acknowledgedID: acknowledgedID, payload: payload)
    }

    private var payloadType: UInt8 {
        switch payload {
        case .none: 0
        case .request: 1
        case .slot: 2
        }
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 16)
        MessageHeader(
            version, MessageCode.deliverEncapsulatedResponse.response, param1: requestID, param2: payloadType
        ).write(to: &writer)
        if version >= .v1_2 {
            writer.uint8(acknowledgedID)
            writer.zeros(3)
        }
        switch payload {
        case .none: break
        case .request(let request): writer.append(request)
        case .slot(let slot): writer.uint8(slot)
        }
        return writer.bytes
    }
}

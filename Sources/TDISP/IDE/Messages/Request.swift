public import WireBytes

extension IDEKM {
    /// A request without any key: what machines take in and put out.
    public enum Request: Hashable, Sendable {
        /// QUERY.
        case query(Query)
        /// KEY_PROG of the right length; its key travels beside it.
        case keyProgram(KeyProgram)
        /// KEY_PROG of a wrong length, which a responder answers and does not drop: the fields that arrived, others zero.
        case keyProgramOfWrongLength(KeyProgram)
        /// K_SET_GO.
        case keySetGo(KeySetControl)
        /// K_SET_STOP.
        case keySetStop(KeySetControl)
    }

    /// A request as it arrives. The port's owner takes it apart: the request goes to the machine as an event, the key is
    /// installed when the machine says so, and dropped otherwise.
    public struct ReceivedRequest: ~Copyable, Sendable {
        /// The request.
        public let request: Request
        /// The key of a ``Request/keyProgram(_:)``, nil for the others.
        public let key: IDEKey?
    }

    /// A response.
    public enum Response: Hashable, Sendable {
        /// QUERY_RESP.
        case queryResponse(QueryResponse)
        /// KP_ACK.
        case keyProgramAck(KeyProgramAck)
        /// K_GOSTOP_ACK.
        case goStopAck(KeySetControl)
    }
}

extension IDEKM.ReceivedRequest {
    /// Reads a request; allocates nothing.
    ///
    /// Throws ``WireError``: `unexpectedType` for an Object ID that is no request, `truncated` or `trailingBytes` for a
    /// wrong length. KEY_PROG is the exception: as long as its Object ID is there, it is read, and a wrong length becomes
    /// ``IDEKM/Request/keyProgramOfWrongLength(_:)``.
    public init(decoding bytes: Span<UInt8>) throws(WireError) {
        throw WireError(.truncated, at: 0, in: "ObjectID")
    }
}

extension IDEKM.Request {
    /// The bytes of a request other than KEY_PROG; nil for KEY_PROG, which needs its key: see
    /// ``IDEKM/KeyProgram/encoded(with:)``.
    public func encoded() -> [UInt8]? { nil }
}

extension IDEKM.KeyProgram {
    /// The bytes of KEY_PROG.
    public func encoded(with key: borrowing IDEKey) -> [UInt8] { [] }
}

extension IDEKM.Response {
    /// Reads a response; allocates once for QUERY_RESP with registers, else nothing.
    ///
    /// Throws ``WireError``: `unexpectedType` for an Object ID that is no response, `truncated` or `trailingBytes` for a
    /// wrong length, `lengthMismatch` when the registers are no whole doublewords.
    public init(decoding bytes: Span<UInt8>) throws(WireError) {
        throw WireError(.truncated, at: 0, in: "ObjectID")
    }

    /// The bytes of the response.
    public func encoded() -> [UInt8] { [] }
}

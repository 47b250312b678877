public import WireBytes

extension IDEKM {
    /// A response.
    public enum Response: Hashable, Sendable {
        /// QUERY_RESP.
        case queryResponse(QueryResponse)
        /// KP_ACK.
        case keyProgramAck(KeyProgramAck)
        /// K_GOSTOP_ACK.
        case goStopAck(KeySetControl)

        /// Reads a response; allocates once for QUERY_RESP with registers, else nothing.
        ///
        /// Throws ``WireError``: `unexpectedType` for an Object ID that is no response, `truncated` or `trailingBytes` for
        /// a wrong length, `lengthMismatch` when the registers are no whole doublewords.
        public init(decoding bytes: Span<UInt8>) throws(WireError) {
            var cursor = WireCursor(bytes)
            switch ObjectID(rawValue: try cursor.uint8(bytes, "ObjectID")) {
            case .queryResponse: self = .queryResponse(try QueryResponse(fieldsOf: bytes, &cursor))
            case .keyProgramAck: self = .keyProgramAck(try KeyProgramAck(fieldsOf: bytes, &cursor))
            case .goStopAck: self = .goStopAck(try KeySetControl(fieldsOf: bytes, &cursor))
            default: throw WireError(.unexpectedType, at: 0, in: "ObjectID")
            }
        }

        /// The bytes of the response.
        public func encoded() -> [UInt8] {
            switch self {
            case .queryResponse(let response): response.encoded()
            case .keyProgramAck(let ack): ack.encoded()
            case .goStopAck(let ack): ack.encodedAsAck()
            }
        }
    }
}

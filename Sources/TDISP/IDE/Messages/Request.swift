public import WireBytes

extension IDEKM {
    /// A request without any key: what a machine sees of it.
    public enum Request: Hashable, Sendable {
        /// QUERY.
        case query(Query)
        /// KEY_PROG of the right length; its key travels beside it.
        case keyProgram(KeyProgram)
        /// KEY_PROG of a wrong length, which is answered and not dropped: the fields that arrived, the others zero.
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
        private let key: IDEKey?

        /// Reads a request; allocates nothing.
        ///
        /// Throws ``WireError``: `unexpectedType` for an Object ID that is no request, `truncated` or `trailingBytes` for
        /// a wrong length. KEY_PROG is the exception: as long as its Object ID is there, it is read, and a wrong length
        /// becomes ``Request/keyProgramOfWrongLength(_:)``.
        public init(decoding bytes: Span<UInt8>) throws(WireError) {
            var cursor = WireCursor(bytes)
            switch ObjectID(rawValue: try cursor.uint8(bytes, "ObjectID")) {
            case .query:
                request = .query(try Query(fieldsOf: bytes, &cursor))
            case .keyProgram where bytes.count == KeyProgram.size:
                var fields = KeyProgram(startOf: bytes)
                try cursor.skip(6, "header")
                let wireOrder = try cursor.bytes32(bytes, "Key")
                try fields.readInvocationField(of: bytes, &cursor)
                request = .keyProgram(fields)
                key = IDEKey(wireOrder: wireOrder)
                return
            case .keyProgram:
                request = .keyProgramOfWrongLength(KeyProgram(startOf: bytes))
            case .keySetGo:
                request = .keySetGo(try KeySetControl(fieldsOf: bytes, &cursor))
            case .keySetStop:
                request = .keySetStop(try KeySetControl(fieldsOf: bytes, &cursor))
            default:
                throw WireError(.unexpectedType, at: 0, in: "ObjectID")
            }
            key = nil
        }

        /// Hands over the key of a ``Request/keyProgram(_:)``; nil for the other requests.
        public consuming func takeKey() -> IDEKey? { key }
    }
}

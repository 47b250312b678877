public import PCIe
internal import WireBytes

extension IDEKM {
    /// KEY_PROG without its key: what a machine may see and keep.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 0 | 1 | Object ID 02h |
    /// | 1 | 2 | reserved |
    /// | 3 | 1 | StreamID |
    /// | 4 | 1 | reserved |
    /// | 5 | 1 | KeySubStream |
    /// | 6 | 1 | PortIndex |
    /// | 7 | 32 | Key, Key_DW7 first: see ``IDEKey`` |
    /// | 39 | 8 | initial value of the invocation field, high doubleword first |
    public struct KeyProgram: Hashable, Sendable {
        /// Number of bytes of a whole message.
        public static let size = 47

        /// Stream.
        public var streamID: StreamID
        /// Slot the key is for.
        public var keySubStream: KeySubStream
        /// Port.
        public var portIndex: UInt8
        /// Initial value of the invocation field of the AES-GCM IV; only 1 is legal.
        public var invocationField: UInt64

        /// Creates the fields of a message.
        public init(streamID: StreamID, keySubStream: KeySubStream, portIndex: UInt8, invocationField: UInt64 = 1) {
            self.streamID = streamID
            self.keySubStream = keySubStream
            self.portIndex = portIndex
            self.invocationField = invocationField
        }

        /// Reads the fields in front of the key from a message that may end early; what is missing is zero.
        init(startOf bytes: Span<UInt8>) {
            streamID = StreamID(rawValue: bytes.count > 3 ? bytes[3] : 0)
            keySubStream = KeySubStream(rawValue: bytes.count > 5 ? bytes[5] : 0)
            portIndex = bytes.count > 6 ? bytes[6] : 0
            invocationField = 0
        }

        /// Reads the initial value of the invocation field, whose high doubleword comes first.
        mutating func readInvocationField(of bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) {
            let high = try cursor.uint32(bytes, "IFV_DW1")
            let low = try cursor.uint32(bytes, "IFV_DW0")
            invocationField = UInt64(high) << 32 | UInt64(low)
        }

        /// The bytes of the message with its key.
        public func encoded(with key: borrowing IDEKey) -> [UInt8] {
            var writer = WireWriter(capacity: Self.size)
            writer.uint8(ObjectID.keyProgram.rawValue)
            writer.zeros(2)
            writer.uint8(streamID.rawValue)
            writer.zeros(1)
            writer.uint8(keySubStream.rawValue)
            writer.uint8(portIndex)
            writer.bytes32(key.wireOrder)
            writer.uint32(UInt32(truncatingIfNeeded: invocationField >> 32))
            writer.uint32(UInt32(truncatingIfNeeded: invocationField))
            return writer.bytes
        }
    }

    /// KP_ACK: answers KEY_PROG.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 0 | 1 | Object ID 03h |
    /// | 1 | 2 | reserved |
    /// | 3 | 1 | StreamID |
    /// | 4 | 1 | Status |
    /// | 5 | 1 | KeySubStream |
    /// | 6 | 1 | PortIndex |
    public struct KeyProgramAck: Hashable, Sendable {
        /// How KEY_PROG went. Any value but 0 is a failure.
        public struct Status: RawRepresentable, Hashable, Sendable, Codable {
            /// The byte on the wire.
            public let rawValue: UInt8

            /// Creates a status from its byte.
            public init(rawValue: UInt8) { self.rawValue = rawValue }

            /// The key is in its slot.
            public static let success = Self(rawValue: 0)
            /// The message is too short or too long.
            public static let incorrectLength = Self(rawValue: 1)
            /// The device has no such port.
            public static let unsupportedPortIndex = Self(rawValue: 2)
            /// Another field has a value the port does not support.
            public static let unsupportedValue = Self(rawValue: 3)
            /// Anything else.
            public static let unspecifiedFailure = Self(rawValue: 4)
        }

        /// Stream, as in the request.
        public var streamID: StreamID
        /// How it went.
        public var status: Status
        /// Slot, as in the request.
        public var keySubStream: KeySubStream
        /// Port, as in the request.
        public var portIndex: UInt8

        /// Creates the message.
        public init(streamID: StreamID, status: Status, keySubStream: KeySubStream, portIndex: UInt8) {
            self.streamID = streamID
            self.status = status
            self.keySubStream = keySubStream
            self.portIndex = portIndex
        }

        /// Creates the answer to a request.
        public init(to request: KeyProgram, _ status: Status) {
            self.init(
                streamID: request.streamID, status: status, keySubStream: request.keySubStream,
                portIndex: request.portIndex)
        }

        /// Reads the fields behind the Object ID.
        init(fieldsOf bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) {
            try cursor.skip(2, "reserved")
            streamID = StreamID(rawValue: try cursor.uint8(bytes, "StreamID"))
            status = Status(rawValue: try cursor.uint8(bytes, "Status"))
            keySubStream = KeySubStream(rawValue: try cursor.uint8(bytes, "KeySubStream"))
            portIndex = try cursor.uint8(bytes, "PortIndex")
            try cursor.expectEnd("KP_ACK")
        }

        /// The bytes of the message.
        public func encoded() -> [UInt8] {
            [
                ObjectID.keyProgramAck.rawValue, 0, 0, streamID.rawValue, status.rawValue, keySubStream.rawValue,
                portIndex,
            ]
        }
    }
}

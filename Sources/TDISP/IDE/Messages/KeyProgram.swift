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
        public var streamID: UInt8
        /// Slot the key is for.
        public var keySubStream: KeySubStream
        /// Port.
        public var portIndex: UInt8
        /// Initial value of the invocation field of the AES-GCM IV; only 1 is legal.
        public var invocationField: UInt64

        /// Creates the fields of a message.
        public init(streamID: UInt8, keySubStream: KeySubStream, portIndex: UInt8, invocationField: UInt64 = 1) {
            self.streamID = streamID
            self.keySubStream = keySubStream
            self.portIndex = portIndex
            self.invocationField = invocationField
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
        public var streamID: UInt8
        /// How it went.
        public var status: Status
        /// Slot, as in the request.
        public var keySubStream: KeySubStream
        /// Port, as in the request.
        public var portIndex: UInt8

        /// Creates the message.
        public init(streamID: UInt8, status: Status, keySubStream: KeySubStream, portIndex: UInt8) {
            self.streamID = streamID
            self.status = status
            self.keySubStream = keySubStream
            self.portIndex = portIndex
        }
    }
}

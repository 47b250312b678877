public import PCIe
internal import WireBytes

extension IDEKM {
    /// The fields that K_SET_GO, K_SET_STOP and K_GOSTOP_ACK share; the acknowledgement repeats the request's.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 0 | 1 | Object ID 04h (go), 05h (stop), 06h (acknowledgement) |
    /// | 1 | 2 | reserved |
    /// | 3 | 1 | StreamID |
    /// | 4 | 1 | reserved |
    /// | 5 | 1 | KeySubStream |
    /// | 6 | 1 | PortIndex |
    public struct KeySetControl: Hashable, Sendable {
        /// Stream.
        public var streamID: StreamID
        /// Slot.
        public var keySubStream: KeySubStream
        /// Port.
        public var portIndex: UInt8

        /// Creates the fields of a message.
        public init(streamID: StreamID, keySubStream: KeySubStream, portIndex: UInt8) {
            self.streamID = streamID
            self.keySubStream = keySubStream
            self.portIndex = portIndex
        }

        /// Reads the fields behind the Object ID.
        init(fieldsOf bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) {
            try cursor.skip(2, "reserved")
            streamID = StreamID(rawValue: try cursor.uint8(bytes, "StreamID"))
            try cursor.skip(1, "reserved")
            keySubStream = KeySubStream(rawValue: try cursor.uint8(bytes, "KeySubStream"))
            portIndex = try cursor.uint8(bytes, "PortIndex")
            try cursor.expectEnd("K_SET_GO, K_SET_STOP or K_GOSTOP_ACK")
        }

        private func encoded(as object: ObjectID) -> [UInt8] {
            [object.rawValue, 0, 0, streamID.rawValue, 0, keySubStream.rawValue, portIndex]
        }

        /// The bytes of K_SET_GO.
        public func encodedAsGo() -> [UInt8] { encoded(as: .keySetGo) }

        /// The bytes of K_SET_STOP.
        public func encodedAsStop() -> [UInt8] { encoded(as: .keySetStop) }

        /// The bytes of K_GOSTOP_ACK.
        public func encodedAsAck() -> [UInt8] { encoded(as: .goStopAck) }
    }
}

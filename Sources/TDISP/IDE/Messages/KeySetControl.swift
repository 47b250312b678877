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
        public var streamID: UInt8
        /// Slot.
        public var keySubStream: KeySubStream
        /// Port.
        public var portIndex: UInt8

        /// Creates the fields of a message.
        public init(streamID: UInt8, keySubStream: KeySubStream, portIndex: UInt8) {
            self.streamID = streamID
            self.keySubStream = keySubStream
            self.portIndex = portIndex
        }
    }
}

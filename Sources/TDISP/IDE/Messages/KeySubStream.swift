extension IDEKM {
    /// The KeySubStream byte of KEY_PROG, K_SET_GO, K_SET_STOP and their acknowledgements.
    ///
    /// | bits | field |
    /// |---|---|
    /// | 0 | key set |
    /// | 1 | direction: 0 receive, 1 transmit, seen from the port that gets the message |
    /// | 3:2 | reserved |
    /// | 7:4 | substream: 0 posted, 1 non-posted, 2 completion; others are echoed, but name no slot |
    public struct KeySubStream: RawRepresentable, Hashable, Sendable, Codable {
        /// The byte on the wire, reserved bits zero.
        public let rawValue: UInt8

        /// Creates the field from its byte; reserved bits are dropped.
        public init(rawValue: UInt8) { self.rawValue = rawValue & 0xF3 }

        /// Creates the field that names a slot.
        public init(_ slot: IDEKeySlot) {
            rawValue = slot.keySet.rawValue | slot.direction.rawValue << 1 | slot.substream.rawValue << 4
        }

        /// The slot it names; nil when the substream is none that exists.
        public var slot: IDEKeySlot? {
            guard let substream = IDESubstream(rawValue: rawValue >> 4) else { return nil }
            return IDEKeySlot(
                rawValue & 1 == 0 ? .k0 : .k1, rawValue & 2 == 0 ? .receive : .transmit, substream)
        }
    }
}

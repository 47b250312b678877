public import PCIe
internal import WireBytes

extension IDEKM {
    /// QUERY: asks a port for its address and IDE registers.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 0 | 1 | Object ID 00h |
    /// | 1 | 1 | reserved |
    /// | 2 | 1 | PortIndex |
    public struct Query: Hashable, Sendable {
        /// Port; 0 is the one of the function whose mailbox carries the session.
        public var portIndex: UInt8

        /// Creates the message.
        public init(portIndex: UInt8) { self.portIndex = portIndex }

        /// Reads the fields behind the Object ID.
        init(fieldsOf bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) {
            try cursor.skip(1, "reserved")
            portIndex = try cursor.uint8(bytes, "PortIndex")
            try cursor.expectEnd("QUERY")
        }

        /// The bytes of the message.
        public func encoded() -> [UInt8] { [ObjectID.query.rawValue, 0, portIndex] }
    }

    /// QUERY_RESP: a port's address and its IDE extended capability, from the IDE Capability register on.
    ///
    /// | offset | size | field |
    /// |---|---|---|
    /// | 0 | 1 | Object ID 01h |
    /// | 1 | 1 | reserved |
    /// | 2 | 1 | PortIndex |
    /// | 3 | 1 | device and function number |
    /// | 4 | 1 | bus number |
    /// | 5 | 1 | segment |
    /// | 6 | 1 | MaxPortIndex |
    /// | 7 | 4n | registers: capability, control, link blocks, selective blocks |
    public struct QueryResponse: Hashable, Sendable {
        /// Port that answers.
        public var portIndex: UInt8
        /// Bus, device and function of the port.
        public var requesterID: RequesterID
        /// Low byte of the segment.
        public var segment: UInt8
        /// Highest PortIndex of the device.
        public var maxPortIndex: UInt8
        /// Registers from offset 04h of the IDE extended capability on.
        public var registers: [UInt32]

        /// Creates the message.
        public init(
            portIndex: UInt8, requesterID: RequesterID, segment: UInt8, maxPortIndex: UInt8, registers: [UInt32]
        ) {
            self.portIndex = portIndex
            self.requesterID = requesterID
            self.segment = segment
            self.maxPortIndex = maxPortIndex
            self.registers = registers
        }

        /// The IDE Capability register; nil when the answer carries no registers.
        public var features: IDEFeatures? { registers.first.map(IDEFeatures.init(rawValue:)) }

        /// Reads the fields behind the Object ID; throws `lengthMismatch` when the registers are no whole doublewords.
        init(fieldsOf bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) {
            try cursor.skip(1, "reserved")
            portIndex = try cursor.uint8(bytes, "PortIndex")
            let devfn = try cursor.uint8(bytes, "DevFunc")
            let bus = try cursor.uint8(bytes, "Bus")
            requesterID = RequesterID(rawValue: UInt16(bus) << 8 | UInt16(devfn))
            segment = try cursor.uint8(bytes, "Segment")
            maxPortIndex = try cursor.uint8(bytes, "MaxPortIndex")
            guard cursor.remaining % 4 == 0 else {
                throw WireError(.lengthMismatch, at: cursor.offset, in: "registers")
            }
            registers = []
            registers.reserveCapacity(cursor.remaining / 4)
            while cursor.remaining > 0 { registers.append(try cursor.uint32(bytes, "registers")) }
        }

        /// The bytes of the message.
        public func encoded() -> [UInt8] {
            var writer = WireWriter(capacity: 7 + 4 * registers.count)
            writer.uint8(ObjectID.queryResponse.rawValue)
            writer.zeros(1)
            writer.uint8(portIndex)
            writer.uint8(UInt8(truncatingIfNeeded: requesterID.rawValue))
            writer.uint8(requesterID.bus)
            writer.uint8(segment)
            writer.uint8(maxPortIndex)
            for register in registers { writer.uint32(register) }
            return writer.bytes
        }
    }
}

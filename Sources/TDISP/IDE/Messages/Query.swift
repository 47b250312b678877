public import PCIe

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

        /// Whether the port has selective streams and takes keys by IDE_KM (IDE Capability register, bits 1 and 6).
        public var supportsKeyedSelectiveStreams: Bool {
            guard let capability = registers.first else { return false }
            return capability & 0x42 == 0x42
        }
    }
}

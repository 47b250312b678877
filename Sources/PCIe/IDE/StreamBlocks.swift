/// The registers of one link stream: control, status.
public struct LinkStreamBlock: Hashable, Sendable {
    /// Offset of the control register.
    public let offset: Int
    /// The control register.
    public let control: StreamControl
    /// The status register.
    public let status: StreamStatus

    static let size = 8

    init(in space: ConfigurationSpace, at offset: Int) throws(ConfigurationSpaceError) {
        try space.require(Self.size, at: offset, below: ConfigurationSpace.size)
        self.offset = offset
        control = StreamControl(rawValue: space.uint32(at: offset))
        status = StreamStatus(rawValue: space.uint32(at: offset + 4))
    }
}

/// The registers of one selective stream: capability, control, status, requester ID association, address associations.
public struct SelectiveStreamBlock: Hashable, Sendable {
    /// Number of the block in its capability, from 0.
    public let index: Int
    /// Offset of the block's capability register.
    public let offset: Int
    /// The control register.
    public let control: StreamControl
    /// The status register.
    public let status: StreamStatus
    /// Which requesters' packets belong to the stream.
    public let requesters: RequesterAssociation
    /// Which addresses' packets belong to the stream.
    public let addresses: [AddressAssociation]

    enum Register {
        static let capability = 0
        static let control = 4
        static let status = 8
        static let requesters = 12
        static let addresses = 20
        static let addressSize = 12
    }

    init(in space: ConfigurationSpace, at offset: Int, index: Int) throws(ConfigurationSpaceError) {
        try space.require(Register.addresses, at: offset, below: ConfigurationSpace.size)
        let count = Int(space.uint32(at: offset + Register.capability).bits(0, 4))
        try space.require(Self.size(addressCount: count), at: offset, below: ConfigurationSpace.size)
        self.index = index
        self.offset = offset
        control = StreamControl(rawValue: space.uint32(at: offset + Register.control))
        status = StreamStatus(rawValue: space.uint32(at: offset + Register.status))
        requesters = RequesterAssociation(
            limitRegister: space.uint32(at: offset + Register.requesters),
            baseRegister: space.uint32(at: offset + Register.requesters + 4))
        addresses = (0..<count).map { number in
            let at = offset + Register.addresses + number * Register.addressSize
            return AddressAssociation(
                first: space.uint32(at: at), limitHigh: space.uint32(at: at + 4), baseHigh: space.uint32(at: at + 8))
        }
    }

    /// Bytes of a block with so many address associations.
    static func size(addressCount: Int) -> Int { Register.addresses + addressCount * Register.addressSize }

    /// Bytes of the block.
    public var size: Int { Self.size(addressCount: addresses.count) }
    /// Offset of the control register.
    public var controlOffset: Int { offset + Register.control }
    /// Offset of the status register.
    public var statusOffset: Int { offset + Register.status }

    /// The write that sets the control register.
    public func setting(_ control: StreamControl) -> ConfigurationWrite {
        ConfigurationWrite(aligned: controlOffset, width: .doubleword, value: control.rawValue)
    }

    /// The two writes that set the requester association; the one that makes it valid comes last.
    public func setting(_ requesters: RequesterAssociation) -> [ConfigurationWrite] {
        let at = offset + Register.requesters
        return [
            ConfigurationWrite(aligned: at, width: .doubleword, value: requesters.limitRegister),
            ConfigurationWrite(aligned: at + 4, width: .doubleword, value: requesters.baseRegister),
        ]
    }

    /// The three writes that set address association `number`; the one that makes it valid comes last. Empty when the block
    /// has no such association.
    public func setting(_ association: AddressAssociation, number: Int) -> [ConfigurationWrite] {
        guard addresses.indices.contains(number) else { return [] }
        let at = offset + Register.addresses + number * Register.addressSize
        return [
            ConfigurationWrite(aligned: at + 4, width: .doubleword, value: association.limitHigh),
            ConfigurationWrite(aligned: at + 8, width: .doubleword, value: association.baseHigh),
            ConfigurationWrite(aligned: at, width: .doubleword, value: association.first),
        ]
    }
}

/// An entry of the conventional capability list.
public struct CapabilityEntry: Hashable, Sendable {
    /// What it is.
    public let id: CapabilityID
    /// Offset of its first byte.
    public let offset: Int
}

/// An entry of the extended capability list.
public struct ExtendedCapabilityEntry: Hashable, Sendable {
    /// What it is.
    public let id: ExtendedCapabilityID
    /// Version of its layout, 0...15.
    public let version: UInt8
    /// Offset of its first byte.
    public let offset: Int
}

extension ConfigurationSpace {
    /// All entries of the conventional list, in list order; empty when the function has none.
    ///
    /// Throws `capabilityLoop`, `capabilityPointer` or `unreadable` when the list is malformed or not all readable.
    public func capabilities() throws(ConfigurationSpaceError) -> [CapabilityEntry] {
        var walk = CapabilityWalk(self)
        var entries: [CapabilityEntry] = []
        while let entry = try walk.next(in: self) { entries.append(entry) }
        return entries
    }

    /// All entries of the extended list, in list order; empty when the function has none.
    ///
    /// Throws like ``capabilities()``.
    public func extendedCapabilities() throws(ConfigurationSpaceError) -> [ExtendedCapabilityEntry] {
        var walk = ExtendedCapabilityWalk(self)
        var entries: [ExtendedCapabilityEntry] = []
        while let entry = try walk.next(in: self) { entries.append(entry) }
        return entries
    }

    /// Offset of the first capability with this ID, or nil. What is wrong with the list behind it is not seen.
    ///
    /// Throws like ``capabilities()``.
    public func offset(of id: CapabilityID) throws(ConfigurationSpaceError) -> Int? {
        var walk = CapabilityWalk(self)
        while let entry = try walk.next(in: self) {
            if entry.id == id { return entry.offset }
        }
        return nil
    }

    /// Offset of the first extended capability with this ID, or nil. What is wrong with the list behind it is not seen.
    ///
    /// Throws like ``capabilities()``.
    public func offset(of id: ExtendedCapabilityID) throws(ConfigurationSpaceError) -> Int? {
        var walk = ExtendedCapabilityWalk(self)
        while let entry = try walk.next(in: self) {
            if entry.id == id { return entry.offset }
        }
        return nil
    }

    /// Checks that a structure of `size` bytes at `offset` ends inside `limit` and was read.
    func require(_ size: Int, at offset: Int, below limit: Int) throws(ConfigurationSpaceError) {
        guard offset + size <= limit else { throw .truncated(offset: offset, size: size) }
        guard offset + size <= readableSize else { throw .unreadable(offset: offset) }
    }
}

/// Follows the conventional list, one entry at a time, without allocating.
struct CapabilityWalk {
    /// Where the pointer was read.
    private var source = HeaderOffset.capabilitiesPointer
    private var pointer: Int
    private var followed = 0

    /// As many as fit, four bytes each.
    private static let mostEntries = (ConfigurationSpace.conventionalSize - ConfigurationSpace.headerSize) / 4

    init(_ space: ConfigurationSpace) {
        let hasList = space.status.contains(.capabilityList)
        pointer = hasList ? Int(space.uint8(at: HeaderOffset.capabilitiesPointer) & ~3) : 0
    }

    /// The next entry; nil at the end. The pointers' two low bits are reserved and ignored; an ID of FFh ends the list,
    /// as it means that nobody answers.
    mutating func next(in space: ConfigurationSpace) throws(ConfigurationSpaceError) -> CapabilityEntry? {
        guard pointer != 0 else { return nil }
        let offset = pointer
        guard offset >= ConfigurationSpace.headerSize else {
            throw .capabilityPointer(offset: source, pointer: offset)
        }
        guard followed < Self.mostEntries else { throw .capabilityLoop(offset: offset) }
        try space.require(4, at: offset, below: ConfigurationSpace.conventionalSize)
        let id = CapabilityID(rawValue: space.uint8(at: offset))
        source = offset + 1
        pointer = id.rawValue == .max ? 0 : Int(space.uint8(at: source) & ~3)
        followed += 1
        return id.rawValue == .max ? nil : CapabilityEntry(id: id, offset: offset)
    }
}

/// Follows the extended list, one entry at a time, without allocating.
struct ExtendedCapabilityWalk {
    private var source = ConfigurationSpace.conventionalSize
    private var pointer: Int
    private var followed = 0

    /// As many as fit, four bytes each.
    private static let mostEntries = (ConfigurationSpace.size - ConfigurationSpace.conventionalSize) / 4

    /// Starts at 0x100. A function whose whole space is the conventional part has no list.
    init(_ space: ConfigurationSpace) {
        let isConventional = space.readableSize == ConfigurationSpace.conventionalSize
        pointer = isConventional ? 0 : ConfigurationSpace.conventionalSize
    }

    /// The next entry; nil at the end. A header of zeros or ones means that nobody is there.
    mutating func next(in space: ConfigurationSpace) throws(ConfigurationSpaceError) -> ExtendedCapabilityEntry? {
        guard pointer != 0 else { return nil }
        let offset = pointer
        guard offset >= ConfigurationSpace.conventionalSize else {
            throw .capabilityPointer(offset: source, pointer: offset)
        }
        guard followed < Self.mostEntries else { throw .capabilityLoop(offset: offset) }
        try space.require(4, at: offset, below: ConfigurationSpace.size)
        let header = space.uint32(at: offset)
        source = offset
        let isEnd = header == 0 || header == .max
        pointer = isEnd ? 0 : Int(header.bits(20, 12) & ~3)
        followed += 1
        guard !isEnd else { return nil }
        return ExtendedCapabilityEntry(
            id: ExtendedCapabilityID(rawValue: UInt16(truncatingIfNeeded: header)),
            version: UInt8(truncatingIfNeeded: header.bits(16, 4)), offset: offset)
    }
}

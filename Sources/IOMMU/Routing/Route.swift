/// Where a DMA goes: to memory as a whole, or nowhere.
///
/// A request that crosses pages is judged as one: it reaches its segments only if every page lets it pass.
public enum Route: Hashable, Sendable, Codable {
    /// It reaches memory, in these pieces, in order of its addresses.
    case reaches([Segment])
    /// It is stopped.
    case faults(Fault)
}

/// A contiguous piece of host physical memory of one owner that a DMA reaches.
public struct Segment: Hashable, Sendable, Codable {
    /// First host physical address.
    public var physical: UInt64
    /// Number of bytes.
    public var count: UInt64
    /// Whose memory it is.
    public var owner: FrameOwner

    /// Creates a segment.
    public init(physical: UInt64, count: UInt64, owner: FrameOwner) {
        self.physical = physical
        self.count = count
        self.owner = owner
    }
}

/// Whose each 4 KiB frame of host physical memory is. Memory starts at address 0 and has no holes.
public struct PageOwnership: Sendable {
    /// Bytes of a frame.
    public static let frameSize: UInt64 = 4096

    private var owners: ContiguousArray<PackedOwner>
    /// By how many second-stage pages each frame is mapped, in all tables.
    private var mappings: ContiguousArray<UInt32>

    /// Creates memory of `size` bytes, rounded down to whole frames, all of it the host's.
    public init(size: UInt64) {
        let count = Int(clamping: size / Self.frameSize)
        owners = ContiguousArray(repeating: .host, count: count)
        mappings = ContiguousArray(repeating: 0, count: count)
    }

    /// Bytes of memory.
    public var size: UInt64 { UInt64(owners.count) * Self.frameSize }

    /// The owner of the frame that holds a physical address; nil: there is no memory.
    public func owner(of physical: UInt64) -> FrameOwner? { packedOwner(of: physical)?.owner }

    @inline(__always)
    func packedOwner(of physical: UInt64) -> PackedOwner? {
        let frame = Int(truncatingIfNeeded: physical >> 12)
        return frame < owners.count ? owners[frame] : nil
    }

    /// The first frame of a range whose owner is not `owner`, by its address; nil: all are.
    ///
    /// Throws `misaligned` or `noMemory` when the range is not made of frames that exist.
    func firstFrame(of range: Range<UInt64>, notOwnedBy owner: FrameOwner) throws(PageError) -> UInt64? {
        let owner = PackedOwner(owner)
        for frame in try frames(of: range) where owners[frame] != owner { return UInt64(frame) * Self.frameSize }
        return nil
    }

    /// Gives all frames of a range to an owner. Throws like ``firstFrame(of:notOwnedBy:)``.
    mutating func give(_ range: Range<UInt64>, to owner: FrameOwner) throws(PageError) {
        let owner = PackedOwner(owner)
        for frame in try frames(of: range) { owners[frame] = owner }
    }

    // MARK: Mappings

    /// Counts a page that was mapped or unmapped, as far as there is memory behind it.
    mutating func count(_ physical: Range<UInt64>, isAdded: Bool) {
        let first = Int(clamping: physical.lowerBound / Self.frameSize)
        let end = min(mappings.count, Int(clamping: physical.upperBound / Self.frameSize))
        guard first < end else { return }
        for frame in first..<end { mappings[frame] = isAdded ? mappings[frame] &+ 1 : mappings[frame] &- 1 }
    }

    /// Whether a second-stage table maps a frame of a range.
    func isMapped(_ physical: Range<UInt64>) -> Bool {
        let first = Int(clamping: physical.lowerBound / Self.frameSize)
        let end = min(mappings.count, Int(clamping: (physical.upperBound + Self.frameSize - 1) / Self.frameSize))
        return first < end && mappings[first..<end].contains { $0 > 0 }
    }

    private func frames(of range: Range<UInt64>) throws(PageError) -> Range<Int> {
        for bound in [range.lowerBound, range.upperBound] where bound % Self.frameSize != 0 {
            throw .misaligned(physical: bound)
        }
        guard range.upperBound <= size else { throw .noMemory(physical: max(size, range.lowerBound)) }
        return Int(range.lowerBound / Self.frameSize)..<Int(range.upperBound / Self.frameSize)
    }
}

extension PageOwnership: Hashable {
    /// Whether all frames have the same owners. What is mapped belongs to the tables.
    public static func == (left: Self, right: Self) -> Bool { left.owners == right.owners }

    /// Hashes the owners.
    public func hash(into hasher: inout Hasher) { hasher.combine(owners) }
}

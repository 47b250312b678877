/// Whose each 4 KiB frame of host physical memory is. Memory starts at address 0 and has no holes.
public struct PageOwnership: Hashable, Sendable {
    /// Bytes of a frame.
    public static let frameSize: UInt64 = 4096

    private var owners: ContiguousArray<FrameOwner>

    /// Creates memory of `size` bytes, rounded down to whole frames, all of it the host's.
    public init(size: UInt64) {
        let count = Int(clamping: size / Self.frameSize)
        owners = ContiguousArray(repeating: .host, count: count)
    }

    /// Bytes of memory.
    public var size: UInt64 { UInt64(owners.count) * Self.frameSize }

    /// The owner of the frame that holds a physical address; nil: there is no memory.
    public func owner(of physical: UInt64) -> FrameOwner? {
        let frame = physical / Self.frameSize
        return frame < UInt64(owners.count) ? owners[Int(frame)] : nil
    }

    /// The first frame of a range whose owner is not `owner`, by its address; nil: all are.
    ///
    /// Throws `misaligned` or `noMemory` when the range is not made of frames that exist.
    func firstFrame(of range: Range<UInt64>, notOwnedBy owner: FrameOwner) throws(PageError) -> UInt64? {
        for frame in try frames(of: range) where owners[frame] != owner { return UInt64(frame) * Self.frameSize }
        return nil
    }

    /// Gives all frames of a range to an owner. Throws like ``firstFrame(of:notOwnedBy:)``.
    mutating func give(_ range: Range<UInt64>, to owner: FrameOwner) throws(PageError) {
        for frame in try frames(of: range) { owners[frame] = owner }
    }

    private func frames(of range: Range<UInt64>) throws(PageError) -> Range<Int> {
        for bound in [range.lowerBound, range.upperBound] where bound % Self.frameSize != 0 {
            throw .misaligned(physical: bound)
        }
        guard range.upperBound <= size else { throw .noMemory(physical: max(size, range.lowerBound)) }
        return Int(range.lowerBound / Self.frameSize)..<Int(range.upperBound / Self.frameSize)
    }
}

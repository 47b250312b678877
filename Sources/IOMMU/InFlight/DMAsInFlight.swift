/// A DMA that was let through, until it lands. Numbers rise and are not reused.
public struct DMANumber: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number, from 0.
    public let rawValue: UInt64

    /// Creates a number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Orders by number: by when they were let through.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// DMA that has its translation and has not landed: whatever happens to tables and caches, it still does.
struct DMAsInFlight: Hashable, Sendable {
    private var segments: [DMANumber: [Segment]] = [:]
    private(set) var next = DMANumber(rawValue: 0)

    /// The first that has not landed; nil: none.
    var oldest: DMANumber? { segments.keys.min() }

    mutating func add(_ segments: [Segment]) -> DMANumber {
        defer { next = DMANumber(rawValue: next.rawValue + 1) }
        self.segments[next] = segments
        return next
    }

    mutating func remove(_ number: DMANumber) -> [Segment]? { segments.removeValue(forKey: number) }

    /// The first that goes to a frame of a range.
    func first(reaching physical: Range<UInt64>) -> DMANumber? {
        segments.filter { _, pieces in
            pieces.contains { $0.physical < physical.upperBound && physical.lowerBound < $0.physical + $0.count }
        }.keys.min()
    }
}

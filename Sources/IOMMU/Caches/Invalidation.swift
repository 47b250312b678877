public import PCIe

/// What an invalidation makes forgotten.
public enum InvalidationScope: Hashable, Sendable, Codable {
    /// Everything in the IOTLB.
    case everything
    /// Everything in the IOTLB that was made through a table, first stage or second.
    case table(TableNumber)
    /// What was made through a table for these addresses; behind a first stage, everything that was made through the
    /// second, whose addresses an entry does not keep.
    case pages(Range<UInt64>, TableNumber)
    /// What a function holds for these addresses of its own (an ATS Invalidate Request; PCIe Base, ATS).
    case device(RequesterID, Range<UInt64>)
}

/// An invalidation that was asked for. Numbers rise and are not reused.
public struct InvalidationNumber: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number, from 0.
    public let rawValue: UInt64

    /// Creates a number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Orders by number: by when they were asked for.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How far an invalidation has come. Only `completed` promises anything: what a wait descriptor behind it would report.
public enum InvalidationProgress: Hashable, Sendable, Codable {
    /// It is in the queue.
    case requested
    /// The IOTLB has forgotten; DMA that was let through before has not all landed, this one first.
    case draining(DMANumber)
    /// The device has been asked and has not answered.
    case awaiting(RequesterID)
    /// It and all before it are done, and nothing that used what they forgot is in flight.
    case completed
}

/// Invalidations in the order in which they were asked for; they complete in that order.
struct InvalidationQueue: Hashable, Sendable {
    var pending: [Pending] = []
    private(set) var next = InvalidationNumber(rawValue: 0)

    /// One that has not completed.
    struct Pending: Hashable {
        let number: InvalidationNumber
        let scope: InvalidationScope
        var stage: Stage
    }

    enum Stage: Hashable {
        case requested
        /// Asked of a device that has not answered.
        case awaiting(RequesterID)
        /// Done but for DMA with lower numbers than this.
        case draining(before: DMANumber)
    }

    mutating func add(_ scope: InvalidationScope) -> InvalidationNumber {
        defer { next = InvalidationNumber(rawValue: next.rawValue + 1) }
        pending.append(Pending(number: next, scope: scope, stage: .requested))
        return next
    }
}

import CAllocationCounter

/// What a piece of a run takes.
struct Spending {
    /// Nanoseconds of processor time.
    var processor = 0.0
    /// Nanoseconds that pass.
    var wall = 0.0
    var allocations = 0.0

    /// What this process has spent so far.
    static var now: Spending {
        Spending(
            processor: TimeSource.processor.now, wall: TimeSource.wall.now, allocations: Double(allocation_count()))
    }

    static func + (left: Spending, right: Spending) -> Spending {
        Spending(
            processor: left.processor + right.processor, wall: left.wall + right.wall,
            allocations: left.allocations + right.allocations)
    }

    static func - (left: Spending, right: Spending) -> Spending {
        Spending(
            processor: left.processor - right.processor, wall: left.wall - right.wall,
            allocations: left.allocations - right.allocations)
    }

    static func / (spending: Spending, count: Int) -> Spending {
        Spending(
            processor: spending.processor / Double(count), wall: spending.wall / Double(count),
            allocations: spending.allocations / Double(count))
    }

    /// The least of each.
    static func least(_ left: Spending, _ right: Spending) -> Spending {
        Spending(
            processor: min(left.processor, right.processor), wall: min(left.wall, right.wall),
            allocations: min(left.allocations, right.allocations))
    }
}

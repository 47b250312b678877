import CAllocationCounter
import Glibc

/// What one piece of work costs.
struct Cost {
    let nanoseconds: Double
    let allocations: Double

    var perSecond: Double { 1_000_000_000 / nanoseconds }
}

/// What time is measured by, in nanoseconds since some moment.
enum TimeSource {
    /// The time that passes.
    case wall
    /// The time that processors spend on this process, all of its threads together.
    case processor

    var now: Double {
        var time = timespec()
        // SAFETY: the structure lives as long as the call.
        unsafe clock_gettime(self == .wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}

/// Times a piece of work that is done many times: `body` does it as often as it is told.
///
/// The number is doubled until a run takes 20 ms; the cost is that of the fastest of five such runs, because whatever else
/// the machine does only ever adds to it.
func measure(by source: TimeSource = .wall, _ body: (_ times: Int) throws -> Void) rethrows -> Cost {
    func time(_ times: Int) throws -> Double {
        let start = source.now
        try body(times)
        return source.now - start
    }
    var times = 1
    while try time(times) < 20e6 { times *= 2 }
    var fastest = Double.infinity
    let before = allocation_count()
    for _ in 0..<5 { fastest = min(fastest, try time(times)) }
    let allocations = allocation_count() - before
    return Cost(nanoseconds: fastest / Double(times), allocations: Double(allocations) / Double(5 * times))
}

extension Duration {
    var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9 }
}

/// Takes a result that is not needed, so that the compiler cannot leave out the work behind it.
@_optimize(none) func blackHole<Value: ~Copyable>(_ value: borrowing Value) {}

/// Work that was to be measured did not do what it should.
struct NotDone: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func require(_ isDone: Bool, _ what: @autoclosure () -> String) throws(NotDone) {
    if !isDone { throw NotDone(what()) }
}

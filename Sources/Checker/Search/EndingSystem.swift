import Assignment

/// A system that is to come to rest once faults stop.
public protocol EndingSystem: TransitionSystem {
    /// Whether it may stay in this state: nothing is under way.
    func isResting(_ word: Word) -> Bool
    /// Whether this step, by its label, still happens once faults have stopped and nobody asks for anything new.
    func goesOn(_ label: UInt32) -> Bool
}

extension Search where System: EndingSystem {
    /// Runs the search and, if it is complete and no rule is broken, asks of every state that was found whether all ways
    /// on from it come to rest (`always-ends`). A way that never does is a counterexample: into a loop or a dead end.
    public func runToRest(watch: (SearchProgress) -> SearchEnd? = { _ in nil }) async -> SearchResult<System> {
        let exploration = await explore(watch: watch)
        guard exploration.result.end == .complete else { return exploration.result }
        var ways = WaysToRest(system, exploration.known)
        let progress = exploration.result.progress
        return switch ways.walkAll(watch: { watch(progress) }) {
        case .rests(let steps):
            SearchResult(progress: progress, end: .complete, counterexample: nil, stepsToRest: steps)
        case .stopped(let end): SearchResult(progress: progress, end: end, counterexample: nil, stepsToRest: nil)
        case .never(let path, let loop):
            SearchResult(
                progress: progress, end: .violation,
                counterexample: unending(path, loop: loop, among: exploration.known), stepsToRest: nil)
        }
    }

    private func unending(
        _ path: [System.Word], loop: Int?, among known: [KnownStates<System.Word>]
    ) -> Counterexample<System> {
        // The way into the loop may be any: the shortest.
        let tail = path[(loop ?? path.count - 1)...]
        var way = Unfolding(system, along: self.way(to: tail[tail.startIndex], among: known))
        let start = way.count
        for word in tail.dropFirst() + (loop == nil ? [] : tail.prefix(1)) {
            way.go(to: word) { [system] step, _ in system.goesOn(step.label) }
        }
        return loop == nil
            ? way.counterexample(Violation(.alwaysEnds, "faults have stopped, and nothing leads on from here"))
            : way.counterexample(Violation(.alwaysEnds, "faults have stopped, and it goes on for ever"), loop: start)
    }
}

/// All ways to rest, walked depth first over the states that a search found: the longest of them, or one without an end.
struct WaysToRest<System: EndingSystem> {
    enum Outcome {
        /// Every way ends, in at most so many steps.
        case rests(within: Int)
        /// States that follow each other without rest: from that at `loop` on in a circle, or up to a dead end.
        case never([System.Word], loop: Int?)
        /// The caller ended it.
        case stopped(SearchEnd)
    }

    /// A state on the path that is being walked.
    private struct Place {
        let number: Int
        let word: System.Word
        /// Where its targets begin on the stack of those to be visited.
        let targets: Int
        /// The longest way to rest that was found from here.
        var longest: UInt32 = 0
    }

    private let system: System
    private let known: [KnownStates<System.Word>]
    /// The number of each shard's first state.
    private let bases: [Int]
    /// The longest way from every state, or one of the two marks.
    private var longest: ContiguousArray<UInt32>
    private var path: [Place] = []
    private var targets: ContiguousArray<System.Word> = []
    private var steps = Steps<System.Word>()

    private static var unvisited: UInt32 { .max }
    private static var onPath: UInt32 { .max - 1 }

    init(_ system: System, _ known: [KnownStates<System.Word>]) {
        self.system = system
        self.known = known
        var total = 0
        bases = known.map { shard in
            defer { total += shard.table.words.count }
            return total
        }
        longest = ContiguousArray(repeating: Self.unvisited, count: total)
    }

    mutating func walkAll(watch: () -> SearchEnd?) -> Outcome {
        var bound = 0
        for shard in known.indices {
            for (place, word) in known[shard].table.words.enumerated() {
                if place & 0x7fff == 0, let end = watch() { return .stopped(end) }
                let number = bases[shard] + place
                if longest[number] == Self.unvisited, let unending = walk(from: word, number) { return unending }
                bound = max(bound, Int(longest[number]))
            }
        }
        return .rests(within: bound)
    }

    /// Walks every way from a state; nil: all of them come to rest.
    private mutating func walk(from word: System.Word, _ number: Int) -> Outcome? {
        if !enter(word, number) { return .never([word], loop: nil) }
        while let place = path.last {
            guard targets.count > place.targets, let target = targets.popLast() else {
                leave(place)
                continue
            }
            // A complete search knows every target; of one that it does not know, nothing good can be said.
            guard let number = self.number(of: target) else { return .never(path.map(\.word) + [target], loop: nil) }
            switch longest[number] {
            case Self.unvisited: if !enter(target, number) { return .never(path.map(\.word) + [target], loop: nil) }
            case Self.onPath: return .never(path.map(\.word), loop: path.firstIndex { $0.number == number })
            case let known: reach(known)
            }
        }
        return nil
    }

    /// False: a dead end.
    private mutating func enter(_ word: System.Word, _ number: Int) -> Bool {
        let first = targets.count
        let isResting = system.isResting(word)
        if !isResting {
            steps.removeAll()
            system.appendFoldedSteps(from: word, to: &steps)
            for index in 0..<steps.count where system.goesOn(steps[index].label) { targets.append(steps[index].target) }
            if targets.count == first { return false }
        }
        longest[number] = Self.onPath
        path.append(Place(number: number, word: word, targets: first))
        return true
    }

    private mutating func leave(_ place: Place) {
        longest[place.number] = place.longest
        path.removeLast()
        reach(place.longest)
    }

    /// The last state on the path is one step further from rest than what was reached from it.
    private mutating func reach(_ below: UInt32) {
        guard let last = path.indices.last else { return }
        path[last].longest = max(path[last].longest, below + 1)
    }

    private func number(of word: System.Word) -> Int? {
        let shard = word.shard(of: known.count)
        return known[shard].table.number(of: word).map { bases[shard] + $0 }
    }
}

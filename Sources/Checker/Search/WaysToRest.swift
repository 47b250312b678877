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

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

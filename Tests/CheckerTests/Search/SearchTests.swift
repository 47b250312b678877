import Assignment
import Testing

@testable import Checker

@Suite struct SearchTests {
    /// 0 leads to 4 by two ways, of which one is shorter.
    private static let diamond = Graph([(0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 4), (4, 0)])

    @Test(arguments: 1...3) func `all states are found once, and the search is complete`(cores: Int) async {
        let result = await Search(Self.diamond, cores: cores).run()
        #expect(result.end == .complete)
        #expect(result.progress.states == 6)
        #expect(result.progress.transitions == 7)
        #expect(result.progress.depth == 3)
        #expect(result.counterexample == nil)
        #expect(result.stepsToRest == nil)
    }

    @Test(arguments: 1...3) func `a bad state is reached by the shortest way`(cores: Int) async throws {
        var graph = Self.diamond
        graph.badStates = [4]
        let result = await Search(graph, cores: cores).run()
        #expect(result.end == .violation)
        let found = try #require(result.counterexample)
        #expect(found.violation == Violation(.oneOwner, "state 4"))
        #expect(found.start == 0)
        #expect(found.steps.map(\.label) == ["0-5", "5-4"])
        #expect(found.steps.map(\.state) == [5, 4])
        #expect(found.loop == nil)
    }

    @Test(arguments: 1...3) func `a bad step ends the way that leads to it`(cores: Int) async throws {
        var graph = Self.diamond
        graph.badEdges = [6]
        let found = try #require(await Search(graph, cores: cores).run().counterexample)
        #expect(found.violation == Violation(.revokeFirst, "4-0"))
        #expect(found.steps.map(\.label) == ["0-5", "5-4", "4-0"])
    }

    @Test func `of two steps to the same state the bad one is shown`() async throws {
        var graph = Graph([(0, 1), (0, 1)])
        graph.edges[1].isFault = true
        graph.badEdges = [1]
        let labelled = await Search(graph).explore { _ in nil }
        #expect(labelled.result.progress.transitions == 2)
        let found = try #require(labelled.result.counterexample)
        #expect(found.steps.count == 1)
        #expect(found.violation.rule == .revokeFirst)
    }

    @Test func `an initial state that is bad needs no step`() async throws {
        var graph = Self.diamond
        graph.initial = [3, 2]
        graph.badStates = [2]
        let found = try #require(await Search(graph).run().counterexample)
        #expect(found.start == 2)
        #expect(found.steps.isEmpty)
    }

    @Test(arguments: 1...2) func `states beyond the depth are left out, and that is said`(cores: Int) async {
        let result = await Search(Self.diamond, limits: SearchLimits(depth: 2), cores: cores).run()
        #expect(result.end == .depth)
        #expect(result.end.isPartial)
        #expect(result.progress.states == 5)
        #expect(result.progress.transitions == 4)
    }

    @Test func `a depth that reaches every state does not make a search partial`() async {
        let result = await Search(Self.diamond, limits: SearchLimits(depth: 4)).run()
        #expect(result.end == .complete)
        #expect(!result.end.isPartial)
    }

    @Test func `a violation at the last depth is found, one beyond it is not`() async {
        var graph = Self.diamond
        graph.badStates = [3]
        #expect(await Search(graph, limits: SearchLimits(depth: 3)).run().end == .violation)
        #expect(await Search(graph, limits: SearchLimits(depth: 2)).run().end == .depth)
    }

    @Test(arguments: 1...2) func `a search that runs out of memory says so`(cores: Int) async throws {
        let system = try #require(Reduction<UInt64>(devices: 5, isFolded: false))
        let result = await system.search(limits: SearchLimits(bytes: 60_000), cores: cores)
        #expect(result.end == .memory)
        #expect(result.progress.bytes <= 60_000)
        #expect(result.progress.states > 1000)
    }

    @Test(arguments: [SearchEnd.time, .interrupted]) func `whoever watches ends the search`(end: SearchEnd) async {
        var seen: [SearchProgress] = []
        let result = await Search(Self.diamond).run { progress in
            seen.append(progress)
            return progress.states >= 4 ? end : nil
        }
        #expect(result.end == end)
        #expect(seen.map(\.states) == [3, 5])
        #expect(result.progress == seen.last)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `random systems: what a plain search finds, on any number of cores and in rounds of any size`(
        seed: UInt64
    ) async throws {
        var graph = Graph(states: 200, edges: 320, seed: seed)
        let distances = graph.distances
        let transitions = graph.edges.filter { distances[$0.source] != nil }.count
        let last = try #require(distances.max { ($0.value, $0.key) < ($1.value, $1.key) })
        for (cores, size) in [(1, 32_768), (1, 1), (2, 3), (3, 7)] {
            var search = Search(graph, cores: cores)
            search.roundSize = size
            let result = await search.run()
            #expect(result.end == .complete)
            #expect(result.progress.states == distances.count)
            #expect(result.progress.transitions == transitions)
            #expect(result.progress.depth == last.value)
        }
        graph.badStates = [last.key]
        for cores in 1...3 {
            var search = Search(graph, cores: cores)
            search.roundSize = 5
            let found = try #require(await search.run().counterexample)
            #expect(found.steps.count == last.value)
            #expect((found.steps.last?.state ?? found.start) == last.key)
            #expect(graph.leads(from: found.start, along: found.steps))
        }
    }
}

extension Graph {
    /// Whether each step is one of the graph's, out of the state that the one before led to.
    func leads(from start: UInt64, along steps: [Counterexample<Graph>.Step]) -> Bool {
        zip([start] + steps.map(\.state), steps).allSatisfy { before, step in
            step.label == "\(before)-\(step.state)"
                && edges.contains { $0.source == before && $0.target == step.state }
        }
    }
}

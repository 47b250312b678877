import Assignment
import Testing

@testable import Checker

@Suite struct WaysToRestTests {
    @Test(arguments: 1...3) func `the longest way to rest is counted`(cores: Int) async {
        let graph = Graph([(0, 1), (1, 2), (2, 3), (0, 3)], resting: [3])
        let result = await Search(graph, cores: cores).runToRest()
        #expect(result.end == .complete)
        #expect(result.stepsToRest == 3)
    }

    @Test func `a state at rest may be left, but not by what counts`() async {
        let graph = Graph([(0, 1), (1, 0)], resting: [0])
        #expect(await Search(graph).runToRest().stepsToRest == 1)
    }

    @Test(arguments: 1...3) func `a circle is shown with the way into it`(cores: Int) async throws {
        let graph = Graph([(0, 1), (1, 2), (2, 3), (3, 1), (1, 4)], resting: [4])
        let result = await Search(graph, cores: cores).runToRest()
        #expect(result.end == .violation)
        #expect(result.stepsToRest == nil)
        let found = try #require(result.counterexample)
        #expect(found.violation.rule == .alwaysEnds)
        let loop = try #require(found.loop)
        #expect(found.steps.count == loop + 3)
        #expect(graph.leads(from: found.start, along: found.steps))
        #expect(found.steps.last?.state == (loop == 0 ? found.start : found.steps[loop - 1].state))
    }

    @Test func `a step that leads nowhere is a circle of one`() async throws {
        let found = try #require(await Search(Graph([(0, 0), (0, 1)], resting: [1])).runToRest().counterexample)
        #expect(found.loop == 0)
        #expect(found.steps.map(\.label) == ["0-0"])
    }

    @Test func `a circle that takes a fault to go round is none`() async {
        var graph = Graph([(0, 1), (1, 2), (2, 0), (2, 3)], resting: [3])
        graph.edges[2].isFault = true
        #expect(await Search(graph).runToRest().stepsToRest == 3)
    }

    @Test func `a state that only a fault leads to has to come to rest as well`() async throws {
        var graph = Graph([(0, 1), (0, 2), (2, 2)], resting: [1])
        graph.edges[1].isFault = true
        let found = try #require(await Search(graph).runToRest().counterexample)
        #expect(found.steps.map(\.label) == ["0-2", "2-2"])
        #expect(found.loop == 1)
    }

    @Test func `a dead end is no rest`() async throws {
        let found = try #require(await Search(Graph([(0, 1), (1, 2)], resting: [0])).runToRest().counterexample)
        #expect(found.violation.rule == .alwaysEnds)
        #expect(found.loop == nil)
        #expect(found.steps.map(\.label) == ["0-1", "1-2"])
    }

    @Test func `a broken rule goes first`() async throws {
        var graph = Graph([(0, 1), (1, 0)])
        graph.badStates = [1]
        #expect(try #require(await Search(graph).runToRest().counterexample).violation.rule == .oneOwner)
    }

    @Test func `of a search that is not complete nothing is said about rest`() async {
        let graph = Graph([(0, 1), (1, 2)], resting: [0, 1, 2])
        let result = await Search(graph, limits: SearchLimits(depth: 1)).runToRest()
        #expect(result.end == .depth)
        #expect(result.stepsToRest == nil)
    }

    @Test func `whoever watches ends the walk too`() async {
        var calls = 0
        let result = await Search(Graph([(0, 1)], resting: [0, 1])).runToRest { _ in
            calls += 1
            return calls > 1 ? .interrupted : nil
        }
        #expect(result.end == .interrupted)
        #expect(result.stepsToRest == nil)
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func `random systems: what a plain count finds`(seed: UInt64) async {
        var graph = Graph(states: 60, edges: 100, seed: seed)
        // Half of them only lead upwards, and so come to an end.
        if seed % 2 == 0 {
            graph.edges = graph.edges.map {
                Graph.Edge(
                    source: min($0.source, $0.target), target: max($0.source, $0.target) + 1, isFault: $0.isFault)
            }
            graph.resting = Set(0...60).subtracting(graph.edges.filter { !$0.isFault }.map(\.source))
        } else {
            graph.resting = [1, 5, 8, 13, 21, 34, 55]
        }
        for cores in 1...2 {
            let result = await Search(graph, cores: cores).runToRest()
            #expect(result.stepsToRest == graph.stepsToRest)
            #expect(result.end == (graph.stepsToRest == nil ? .violation : .complete))
        }
    }
}

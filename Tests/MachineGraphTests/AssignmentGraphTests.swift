import Assignment
import Testing

@testable import MachineGraph

@Suite struct `Graph of the assignment machine` {
    let graph = Picture.assignment.graph

    @Test func `every phase is reached and is a node of its own`() {
        #expect(graph.nodes.map(\.id).sorted() == Phase.allCases.map(\.rawValue).sorted())
    }

    @Test func `a node has the DMA that its phase permits`() {
        for node in graph.nodes { #expect(node.dma == Phase(rawValue: node.id)?.permittedDMA) }
    }

    @Test func `the straight path runs from available to private`() {
        #expect(
            graph.nodes.prefix(graph.straightCount).map(\.id) == [
                "available", "attaching", "quiescing", "locking", "locked", "attesting", "attested", "accepting",
                "confirming", "private",
            ])
    }

    @Test(arguments: [
        ("available", "attaching", "convert", "release-host-driver"),
        ("attaching", "quiescing", "attach done", "unbind-guest-driver"),
        ("quiescing", "locking", "drop-mappings done", "lock"),
        ("locking", "locked", "lock done", "collect-evidence"),
        ("locked", "attesting", "collect-evidence done", "appraise"),
        ("attesting", "attested", "appraise done", "reconfirm"),
        ("attested", "accepting", "reconfirm done", "accept"),
        ("accepting", "confirming", "accept done", "bind-guest-driver"),
    ])
    func `an edge of the straight path`(_ from: String, _ to: String, _ event: String, _ effect: String) {
        let straight = graph.edges(from: from, to: to).filter { $0.strand == .straight }
        #expect(straight.map(\.events) == [[event]])
        #expect(straight.map(\.effects) == [[effect]])
    }

    @Test func `the straight path ends with the probe and issues nothing more`() {
        let last = graph.edges(from: "confirming", to: "private")
        #expect(last.map(\.events) == [["probe-private done"]])
        #expect(last.map(\.effects) == [[]])
    }

    @Test func `whatever leads to failed issues the cut and nothing else`() {
        let edges = graph.edges.filter { $0.to == "failed" }
        #expect(edges.count > 10)
        for edge in edges { #expect(edge.effects == ["cut"], "from \(edge.from)") }
    }

    @Test func `T=1 begins with accept alone`() {
        let trusted = graph.nodes.filter { $0.dma == .privatePages }.map(\.id)
        let into = graph.edges.filter { trusted.contains($0.to) && !trusted.contains($0.from) }
        #expect(into.map(\.from) == ["accepting"])
    }

    @Test func `losing the stream in private operation is marked as trouble, an order to recover is not`() {
        let edges = graph.edges(from: "private", to: "failed")
        #expect(edges.map(\.strand) == [.onward, .trouble])
        #expect(edges.first?.events == ["recover"])
        #expect(edges.last?.events.contains("stream insecure") == true)
        #expect(edges.last?.label == "trouble (11)")
    }

    @Test func `a restart of the manager is drawn once, not from every phase`() {
        #expect(
            graph.jumps == [
                Graph.Jump(to: "unknown", event: "manager restarted", effects: ["cut"], exceptions: ["quarantined"])
            ])
        #expect(graph.edges.allSatisfy { $0.strand != .interruption })
    }

    @Test func `only an operator leads out of quarantine`() {
        let out = graph.edges.filter { $0.from == "quarantined" }
        #expect(out.map(\.events) == [["recover"]])
    }

    @Test func `a phase of many steps lists its effects in the order in which they succeed each other`() {
        let activities = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.id, $0.activities) })
        #expect(
            activities["quiescing"] == [
                "connect", "unbind-guest-driver", "drain-dma", "save-ledger", "drop-mappings",
            ])
        #expect(activities["recovering"]?.prefix(3) == ["stop", "reset", "connect"])
        for resting in Phase.allCases.filter(\.isResting) { #expect(activities[resting.rawValue] == []) }
    }

    @Test func `with detail every phase that is under way shows the effects it waits for`() {
        let detailed = Picture.detailedAssignment.graph
        let groups = Set(detailed.nodes.map(\.group))
        #expect(groups == Set(Phase.allCases.map(\.rawValue)))
        #expect(detailed.nodes.map(\.id).contains("recovering: conventional reset"))
        #expect(detailed.nodes.map(\.id).contains("failed: cut 3"))
        #expect(detailed.leads(from: "recovering: stop", to: "recovering: function reset"))
    }
}

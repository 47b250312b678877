import Assignment
import Testing

@testable import MachineGraph

@Suite struct `Graphs of the other machines` {
    @Test func `every state of the connection machine is a node`() {
        let graph = Picture.connection.graph
        #expect(graph.nodes.map(\.id).sorted() == ConnectionState.Name.allCases.map(\.rawValue).sorted())
        #expect(graph.nodes.prefix(graph.straightCount).map(\.id) == ["none", "connecting", "connected"])
    }

    @Test func `nothing leads from lost to connected but through disconnecting`() {
        let graph = Picture.connection.graph
        #expect(graph.edges.filter { $0.from == "lost" }.map(\.to) == ["disconnecting"])
    }

    @Test func `the straight path of an interface runs from LOCK to RUN`() {
        let graph = Picture.tdi.graph
        #expect(
            graph.nodes.prefix(graph.straightCount).map(\.id) == [
                "unlocked", "inspecting", "locking", "locked", "checking nonce", "starting", "run",
            ])
        #expect(graph.nodes.count == 11)
        #expect(graph.edges(from: "locked", to: "checking nonce").map(\.events) == [["START_INTERFACE"]])
        #expect(graph.edges(from: "locked", to: "checking nonce").map(\.strand) == [.straight])
    }

    @Test func `ERROR is left by STOP or by the device itself, and only towards stopping`() {
        let graph = Picture.tdi.graph
        let out = graph.edges.filter { $0.from == "error" }
        #expect(out.map(\.to) == ["stopping"])
        #expect(out.map(\.events) == [["STOP_INTERFACE", "own decision"]])
    }

    @Test func `a conventional reset stops an interface from wherever it holds something`() {
        let graph = Picture.tdi.graph
        #expect(graph.jumps.map(\.to) == ["stopping"])
        #expect(graph.jumps.map(\.exceptions) == [["unlocked", "inspecting"]])
        #expect(graph.edges(from: "inspecting", to: "unlocked").map(\.strand) == [.trouble, .interruption])
    }

    @Test func `only T=1 that was enabled leads an interface to RUN`() {
        let graph = Picture.tdi.graph
        let trusted = graph.nodes.filter { $0.dma == .privatePages }.map(\.id)
        #expect(trusted.sorted() == ["adjusting", "run"])
        let into = graph.edges.filter { trusted.contains($0.to) && !trusted.contains($0.from) }
        #expect(into.map(\.events) == [["T=1 enabled"]])
    }

    @Test func `an IDE stream is Secure once its keys are in use and it is enabled`() {
        let graph = Picture.ideStream.graph
        #expect(
            graph.nodes.map(\.id) == ["no keys", "being keyed", "keyed", "keys in use", "secure", "refreshing"])
        #expect(graph.edges(from: "keys in use", to: "secure").map(\.events) == [["Enable set"]])
        #expect(graph.edges(from: "keyed", to: "secure").map(\.events) == [["K_SET_GO"]])
        #expect(graph.edges(from: "being keyed", to: "secure") == [])
    }

    @Test func `an IDE stream that leaves Secure has no keys left`() {
        let graph = Picture.ideStream.graph
        let out = graph.edges.filter { edge in
            ["secure", "refreshing"].contains(edge.from) && !["secure", "refreshing"].contains(edge.to)
        }
        #expect(Set(out.map(\.to)) == ["no keys"])
        #expect(out.contains { $0.strand == .trouble && $0.events.contains("integrity-check-failed") })
    }
}

@Suite struct `Every graph` {
    @Test(arguments: Picture.all)
    func `is connected from its first node`(_ picture: Picture) {
        let graph = picture.graph
        var reached = graph.nodes.prefix(1).map(\.id)
        var next = 0
        while next < reached.count {
            let id = reached[next]
            reached += graph.nodes.map(\.id).filter { !reached.contains($0) && graph.leads(from: id, to: $0) }
            next += 1
        }
        #expect(Set(reached) == Set(graph.nodes.map(\.id)))
    }

    @Test(arguments: Picture.all)
    func `has nodes and edges that are named once, and colours that are explained`(_ picture: Picture) {
        let graph = picture.graph
        #expect(Set(graph.nodes.map(\.id)).count == graph.nodes.count)
        #expect(Set(graph.edges.map { "\($0.from)>\($0.to)>\($0.strand)" }).count == graph.edges.count)
        #expect(Set(graph.nodes.map(\.dma)).isSubset(of: graph.legend.map(\.dma)))
        for edge in graph.edges { #expect(edge.from != edge.to && !edge.events.isEmpty) }
    }
}

import Assignment
import Testing

@testable import MachineGraph

/// A machine's graph and how it is drawn: found once, looked at by many tests.
struct Picture: Sendable, CustomTestStringConvertible {
    let machine: MachineGraph.Machine
    let detail: Bool
    let graph: Graph
    let layout: Layout
    let svg: String

    private init(_ machine: MachineGraph.Machine, detail: Bool) {
        self.machine = machine
        self.detail = detail
        graph = MachineGraph.graph(of: machine, detail: detail)
        layout = Layout(graph)
        svg = SVGRenderer.render(graph)
    }

    static let assignment = Picture(.assignment, detail: false)
    static let detailedAssignment = Picture(.assignment, detail: true)
    static let connection = Picture(.connection, detail: false)
    static let tdi = Picture(.tdi, detail: false)
    static let ideStream = Picture(.ideStream, detail: false)

    /// Every machine, without detail.
    static let plain = [assignment, connection, tdi, ideStream]
    /// Every picture there is.
    static let all =
        plain + [detailedAssignment] + [.connection, .tdi, .ideStream].map { Picture($0, detail: true) }

    var testDescription: String { machine.rawValue + (detail ? " in detail" : "") }
}

extension Graph {
    /// What leads from a node to another, whatever the reason.
    func edges(from: String, to: String) -> [Edge] { edges.filter { $0.from == from && $0.to == to } }

    /// Whether an edge or a jump leads from a node to another.
    func leads(from: String, to: String) -> Bool {
        !edges(from: from, to: to).isEmpty || jumps.contains { $0.to == to && !$0.exceptions.contains(from) }
    }

    /// Nodes and edges by hand, for what the machines do not happen to have.
    static func made(_ labels: [String], edges: [Edge] = [], jumps: [Jump] = []) -> Graph {
        Graph(
            title: "made", nodes: labels.map(Node.made), edges: edges, jumps: jumps, straightCount: 1,
            legend: [Legend(dma: .none, text: "none")], stateCount: 1, stepCount: 1)
    }
}

extension Graph.Node {
    static func made(_ label: String) -> Graph.Node {
        Graph.Node(id: label, label: label, group: label, traffic: "no DMA", dma: .none, kind: .resting)
    }
}

/// Writes a graph in the language of Graphviz.
enum DOTRenderer {
    /// The text.
    static func render(_ graph: Graph) -> String {
        let lines =
            [
                "graph [label=\(graph.title.quoted), labelloc=t, fontname=Helvetica, fontsize=18];",
                "node [shape=box, style=\"rounded,filled\", fontname=Helvetica, fontsize=12];",
                "edge [fontname=Helvetica, fontsize=10];",
                "start [shape=point, width=0.15, label=\"\"];",
            ] + graph.nodes.map(node) + graph.jumps.enumerated().map { origin(of: $1, number: $0) }
            + graph.nodes.prefix(1).map { "start -> \($0.id.quoted);" } + graph.edges.map(edge)
            + graph.jumps.enumerated().map { edge(of: $1, number: $0) }
        return (["digraph machine {"] + lines.map { "    " + $0 } + ["}"]).joined(separator: "\n") + "\n"
    }

    private static func node(_ node: Graph.Node) -> String {
        let activities = node.activities.joined(separator: ", ")
        let lines = [node.label, node.traffic, activities].filter { !$0.isEmpty }
        let border = Palette.border(node.kind)
        return "\(node.id.quoted) [label=\(lines.joined(separator: "\n").quoted), "
            + "fillcolor=\"\(Palette.fill(node.dma))\", color=\"\(border.color)\", penwidth=\(border.width)"
            + "\(node.kind == .quarantine ? ", peripheries=2" : "")];"
    }

    private static func edge(_ edge: Graph.Edge) -> String {
        "\(edge.from.quoted) -> \(edge.to.quoted) [\(attributes(edge.label, edge.effectLabel, edge.strand)), "
            + "tooltip=\(edge.events.joined(separator: "\n").quoted)\(edge.strand == .straight ? ", weight=10" : "")];"
    }

    private static func attributes(_ label: String, _ effect: String?, _ strand: Graph.Edge.Strand) -> String {
        let line = Palette.line(strand)
        return "label=\((label + (effect.map { "\n/ \($0)" } ?? "")).quoted), color=\"\(line.color)\", "
            + "fontcolor=\"\(Palette.text(strand))\", penwidth=\(line.width)\(line.isDashed ? ", style=dashed" : "")"
    }

    private static func origin(of jump: Graph.Jump, number: Int) -> String {
        "anywhere\(number) [shape=plaintext, style=\"\", label=\(jump.origin.quoted)];"
    }

    private static func edge(of jump: Graph.Jump, number: Int) -> String {
        "anywhere\(number) -> \(jump.to.quoted) [\(attributes(jump.event, jump.effectLabel, .interruption))];"
    }
}

import Assignment

/// Writes a graph as a Mermaid state diagram (`stateDiagram-v2`).
enum MermaidRenderer {
    /// The text.
    static func render(_ graph: Graph) -> String {
        let nodes = graph.nodes
        let lines =
            nodes.map { "state \"\(escaped(label($0)))\" as \(identifier($0.id))" }
            + nodes.prefix(1).map { "[*] --> \(identifier($0.id))" } + graph.edges.map(edge) + graph.jumps.flatMap(jump)
            + PermittedDMA.allCases.flatMap { dma in
                definition("dma_\(dma.rawValue)", "fill:\(Palette.fill(dma))", of: nodes.filter { $0.dma == dma })
            }
            + definition(
                "trouble", "stroke:\(Palette.border(.error).color),stroke-width:2px",
                of: nodes.filter { $0.kind == .error || $0.kind == .quarantine })
        return "---\ntitle: \(graph.title.quoted)\n---\nstateDiagram-v2\n"
            + lines.map { "    \($0)\n" }.joined()
    }

    /// A node's name as an identifier of the language.
    static func identifier(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// Text in which nothing ends a string or a statement, opens a tag or an entity: such characters become entities.
    static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\"", "#", ";", ":", "<", ">", "&", "\\":
                character.unicodeScalars.map { "#\($0.value);" }.joined()
            case "\n": "<br/>"
            default: String(character)
            }
        }.joined()
    }

    private static func label(_ node: Graph.Node) -> String { "\(node.label)\n\(node.traffic)" }

    private static func edge(_ edge: Graph.Edge) -> String {
        "\(identifier(edge.from)) --> \(identifier(edge.to)) : \(escaped(text(edge.label, edge.effectLabel)))"
    }

    private static func text(_ label: String, _ effect: String?) -> String {
        label + (effect.map { " / \($0)" } ?? "")
    }

    private static func jump(_ jump: Graph.Jump) -> [String] {
        let lines = [jump.origin, text(jump.event, jump.effectLabel)]
        let target = identifier(jump.to)
        return ["note left of \(target)"] + lines.map { "    \(escaped($0))" } + ["end note"]
    }

    /// A style, and the nodes that have it.
    private static func definition(_ name: String, _ style: String, of nodes: [Graph.Node]) -> [String] {
        guard !nodes.isEmpty else { return [] }
        return ["classDef \(name) \(style)"]
            + ["class \(nodes.map { identifier($0.id) }.joined(separator: ",")) \(name)"]
    }
}

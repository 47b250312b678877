import Assignment

/// What colours, wires and borders mean: a row for each.
struct SVGLegend {
    /// A sample and what it means.
    private struct Item {
        enum Sample {
            case fill(PermittedDMA)
            case wire(Graph.Edge.Strand)
            case border(Graph.Kind)
        }

        let sample: Sample
        let text: String

        var width: Int { SVGLegend.sampleWidth + 8 + TextMetrics.width(text, size: Box.Size.traffic) + 26 }
    }

    private let rows: [[Item]]

    private static let sampleWidth = 34
    private static let rowHeight = 26
    private static let top = 40

    /// The legend of what occurs in a graph.
    init(_ graph: Graph) {
        let strands = Graph.Edge.Strand.allCases.filter { strand in
            graph.edges.contains { $0.strand == strand } || (strand == .interruption && !graph.jumps.isEmpty)
        }
        let kinds = Graph.Kind.allCases.filter { kind in graph.nodes.contains { $0.kind == kind } }
        let hasActivities = graph.nodes.contains { !$0.activities.isEmpty }
        let smallPrint = hasActivities ? " (small print: its effects, in order)" : ""
        rows = [
            graph.legend.map { Item(sample: .fill($0.dma), text: $0.text) },
            strands.map { Item(sample: .wire($0), text: $0.meaning) },
            kinds.map { Item(sample: .border($0), text: $0.meaning + ($0 == .transient ? smallPrint : "")) },
        ]
    }

    /// Width of the widest row.
    var width: Int { rows.map { $0.reduce(0) { $0 + $1.width } }.max() ?? 0 }
    /// Height of all rows, with some room above.
    var height: Int { Self.top + Self.rowHeight * rows.count }

    /// Draws the legend with its upper left corner at the origin.
    func draw(_ svg: inout SVGWriter) {
        for (line, row) in rows.enumerated() {
            var x = 0
            let y = Self.top + Self.rowHeight * line
            for item in row {
                Self.draw(item.sample, x, y, &svg)
                svg.element(
                    "text", item.text,
                    [
                        "x": "\(x + Self.sampleWidth + 8)", "y": "\(y + 4)",
                        "font-size": "\(Box.Size.traffic)", "fill": "#3e4c59",
                    ])
                x += item.width
            }
        }
    }

    private static func draw(_ sample: Item.Sample, _ x: Int, _ y: Int, _ svg: inout SVGWriter) {
        let frame = Rect(x: x, y: y - 8, width: sampleWidth, height: 16)
        switch sample {
        case .fill(let dma):
            SVGRenderer.draw(frame, fill: Palette.fill(dma), Palette.Line(color: "#9aa5b1", width: 1), &svg)
        case .border(let kind): SVGRenderer.draw(frame, kind, fill: "#ffffff", &svg)
        case .wire(let strand):
            SVGRenderer.draw(
                Layout.Wire(
                    strand: strand, corners: [Point(x: x, y: y), Point(x: x + sampleWidth, y: y)], title: strand.meaning
                ),
                &svg)
        }
    }
}

extension Graph.Edge.Strand {
    /// What is said in the legend.
    fileprivate var meaning: String {
        switch self {
        case .straight: "the straight path: event / effect"
        case .onward: "another request or success"
        case .trouble: "trouble (how many different events)"
        case .interruption: "interruption from outside"
        }
    }
}

extension Graph.Kind {
    /// What is said in the legend.
    fileprivate var meaning: String {
        switch self {
        case .resting: "may rest here"
        case .transient: "under way"
        case .error: "in trouble"
        case .quarantine: "put away until somebody says otherwise"
        }
    }
}

import Assignment

/// The colours and line widths that all renderers share.
enum Palette {
    /// The line of a box or an edge.
    struct Line: Hashable {
        /// `#rrggbb`.
        let color: String
        /// In points.
        let width: Double
        /// Whether it is dashed.
        var isDashed = false
    }

    /// The colour of a node.
    static func fill(_ dma: PermittedDMA) -> String {
        switch dma {
        case .hostOwn: "#dfe9f5"
        case .sharedPages: "#ffedc2"
        case .privatePages: "#d3efd9"
        case .none: "#f1f1ef"
        }
    }

    /// The border of a node.
    static func border(_ kind: Graph.Kind) -> Line {
        switch kind {
        case .resting: Line(color: "#1f2933", width: 2.5)
        case .transient: Line(color: "#7b8794", width: 1.2)
        case .error: Line(color: "#c62828", width: 1.8)
        case .quarantine: Line(color: "#c62828", width: 2.5)
        }
    }

    /// The line of an edge.
    static func line(_ strand: Graph.Edge.Strand) -> Line {
        switch strand {
        case .straight: Line(color: "#1553b7", width: 3.2)
        case .onward: Line(color: "#52606d", width: 1.5)
        case .trouble: Line(color: "#d64545", width: 1.5)
        case .interruption: Line(color: "#7a3fb0", width: 1.5, isDashed: true)
        }
    }

    /// The colour of an edge's label: as its line, dark enough to read.
    static func text(_ strand: Graph.Edge.Strand) -> String {
        switch strand {
        case .straight: "#0f3f8c"
        case .onward: "#3e4c59"
        case .trouble: "#b02a2a"
        case .interruption: "#64328f"
        }
    }
}

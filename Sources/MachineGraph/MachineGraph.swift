/// Draws the program's own machines, from the machines themselves: each is stepped from its initial state with every event
/// of its alphabet, and what was reached is drawn. A picture cannot say what the program does not do.
public enum MachineGraph {
    /// The machines that can be drawn. The raw value names one on the command line.
    public enum Machine: String, Hashable, Sendable, CaseIterable {
        /// The engine: one assigned device.
        case assignment
        /// Session and IDE stream that the TDIs of a DSM share.
        case connection
        /// The device's own TDISP machine of one interface.
        case tdi
        /// One selective IDE stream at one port.
        case ideStream = "ide-stream"
    }

    /// What a graph can be written as. The raw value names one on the command line, and ends a file name.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// The language of Graphviz.
        case dot
        /// A Mermaid state diagram (`stateDiagram-v2`).
        case mermaid
        /// A picture, complete in itself.
        case svg
    }

    /// All machines, in the order in which they are told.
    public static let machines = Machine.allCases

    /// Draws a machine; the same text every time.
    ///
    /// With `detail` a node for each step of a phase instead of one for each phase.
    public static func render(_ machine: Machine, as format: Format, detail: Bool = false) -> String {
        let graph = graph(of: machine, detail: detail)
        return switch format {
        case .dot: DOTRenderer.render(graph)
        case .mermaid: MermaidRenderer.render(graph)
        case .svg: SVGRenderer.render(graph)
        }
    }

    static func graph(of machine: Machine, detail: Bool) -> Graph {
        switch machine {
        case .assignment: Exploration<AssignmentDrawing>.graph(detail: detail)
        case .connection: Exploration<ConnectionDrawing>.graph(detail: detail)
        case .tdi: Exploration<TDIDrawing>.graph(detail: detail)
        case .ideStream: Exploration<IDEStreamDrawing>.graph(detail: detail)
        }
    }
}

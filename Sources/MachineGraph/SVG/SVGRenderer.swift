/// Draws a graph as a picture that is complete in itself: no script, no font and no style sheet from elsewhere.
enum SVGRenderer {
    private static let margin = 32
    private static let header = 84

    /// The text of the picture.
    static func render(_ graph: Graph) -> String {
        let layout = Layout(graph)
        let legend = SVGLegend(graph)
        let width = max(layout.width, legend.width) + 2 * margin
        let height = header + layout.height + legend.height + margin
        var svg = SVGWriter()
        svg.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(width) \(height)",
                "width": "\(width)", "height": "\(height)", "font-family": TextMetrics.family, "role": "img",
            ])
        svg.element("title", graph.title)
        svg.empty("rect", ["width": "100%", "height": "100%", "fill": "#fdfdfb"])
        drawMarkers(&svg)
        drawHeader(graph, &svg)
        drawGroup(at: Point(x: (width - layout.width) / 2, y: header), &svg) { draw(layout, &$0) }
        drawGroup(at: Point(x: margin, y: header + layout.height), &svg) { legend.draw(&$0) }
        svg.close("svg")
        return svg.text
    }

    private static func drawGroup(at point: Point, _ svg: inout SVGWriter, _ content: (inout SVGWriter) -> Void) {
        svg.open("g", ["transform": "translate(\(point.x) \(point.y))"])
        content(&svg)
        svg.close("g")
    }

    private static func drawHeader(_ graph: Graph, _ svg: inout SVGWriter) {
        let found =
            "Drawn from the code: \(graph.stepCount) steps of the machine, through \(graph.stateCount) states that differ in "
            + "what follows, folded to \(graph.nodes.count) boxes. "
            + "Wires of one kind that lead to the same box join."
        svg.element(
            "text", graph.title,
            ["x": "\(margin)", "y": "42", "font-size": "22", "font-weight": "bold", "fill": "#1f2933"])
        svg.element("text", found, ["x": "\(margin)", "y": "63", "font-size": "12", "fill": "#616e7c"])
    }

    /// An arrow head for each kind of wire.
    private static func drawMarkers(_ svg: inout SVGWriter) {
        svg.open("defs")
        for strand in Graph.Edge.Strand.allCases {
            let size = strand == .straight ? "14" : "10"
            svg.open(
                "marker",
                [
                    "id": marker(strand), "viewBox": "0 0 10 10", "refX": "9.5", "refY": "5", "markerWidth": size,
                    "markerHeight": size, "markerUnits": "userSpaceOnUse", "orient": "auto",
                ])
            svg.empty("path", ["d": "M0 0.8L10 5L0 9.2z", "fill": Palette.line(strand).color])
            svg.close("marker")
        }
        svg.close("defs")
    }

    private static func marker(_ strand: Graph.Edge.Strand) -> String {
        switch strand {
        case .straight: "straight"
        case .onward: "onward"
        case .trouble: "trouble"
        case .interruption: "interruption"
        }
    }
}

// MARK: - Parts

extension SVGRenderer {
    private static func draw(_ layout: Layout, _ svg: inout SVGWriter) {
        let order: [Graph.Edge.Strand] = [.interruption, .trouble, .onward, .straight]
        for strand in order {
            for bundle in layout.bundles where bundle.first?.strand == strand {
                for wire in bundle { drawHalo(of: wire, &svg) }
                for wire in bundle { draw(wire, &svg) }
            }
        }
        if let first = layout.boxes.first { drawStart(first.frame, &svg) }
        for placed in layout.boxes { draw(placed, &svg) }
        for caption in layout.captions { draw(caption, &svg) }
    }

    private static func drawStart(_ frame: Rect, _ svg: inout SVGWriter) {
        let dot = Point(x: frame.midX, y: frame.y - 28)
        svg.empty("circle", ["cx": "\(dot.x)", "cy": "\(dot.y)", "r": "5", "fill": "#1f2933"])
        draw(
            Layout.Wire(strand: .onward, corners: [dot, Point(x: frame.midX, y: frame.y)], title: "start"), &svg)
    }

    /// A wire, with an arrow head at its end.
    static func draw(_ wire: Layout.Wire, _ svg: inout SVGWriter) {
        let line = Palette.line(wire.strand)
        svg.open(
            "path",
            [
                "d": path(wire.corners), "fill": "none", "stroke": line.color, "stroke-width": "\(line.width)",
                "stroke-dasharray": line.isDashed ? "6 4" : "none", "marker-end": "url(#\(marker(wire.strand)))",
            ])
        svg.element("title", wire.title)
        svg.close("path")
    }

    /// Keeps other wires a little apart where this one crosses them.
    private static func drawHalo(of wire: Layout.Wire, _ svg: inout SVGWriter) {
        svg.empty(
            "path",
            [
                "d": path(wire.corners), "fill": "none", "stroke": "#fdfdfb",
                "stroke-width": "\(Palette.line(wire.strand).width + 4)",
            ])
    }

    /// A line through the corners, rounded.
    private static func path(_ corners: [Point]) -> String {
        guard let first = corners.first, let last = corners.last else { return "" }
        var path = "M\(first.x) \(first.y)"
        for place in corners.indices.dropFirst().dropLast() {
            let (before, corner, after) = (corners[place - 1], corners[place], corners[place + 1])
            let radius = min(12, distance(before, corner) / 2, distance(corner, after) / 2)
            guard radius > 0 else { continue }
            let (start, end) = (toward(before, from: corner, radius), toward(after, from: corner, radius))
            path += "L\(start.x) \(start.y)"
            path += "Q\(corner.x) \(corner.y) \(end.x) \(end.y)"
        }
        return path + "L\(last.x) \(last.y)"
    }

    private static func distance(_ one: Point, _ other: Point) -> Int { abs(one.x - other.x) + abs(one.y - other.y) }

    private static func toward(_ goal: Point, from point: Point, _ length: Int) -> Point {
        Point(x: point.x + (goal.x - point.x).signum() * length, y: point.y + (goal.y - point.y).signum() * length)
    }

    private static func draw(_ placed: Layout.Placed, _ svg: inout SVGWriter) {
        let (box, frame) = (placed.box, placed.frame)
        draw(frame, box.node.kind, fill: Palette.fill(box.node.dma), &svg)
        var y = frame.midY - box.textHeight / 2 + 14
        func write(_ text: String, size: Int, color: String, isBold: Bool = false) {
            svg.element(
                "text", text,
                [
                    "x": "\(frame.midX)", "y": "\(y)", "text-anchor": "middle", "font-size": "\(size)",
                    "font-weight": isBold ? "bold" : "normal", "fill": color,
                ])
        }
        write(box.node.label, size: Box.Size.title, color: "#1f2933", isBold: true)
        y += 18
        write(box.node.traffic, size: Box.Size.traffic, color: "#1f2933")
        y += 4
        for line in box.activities {
            y += 14
            write(line, size: Box.Size.activity, color: "#616e7c")
        }
    }

    /// The box of a node of this kind; a second border puts it away.
    static func draw(_ frame: Rect, _ kind: Graph.Kind, fill: String, _ svg: inout SVGWriter) {
        draw(frame, fill: fill, Palette.border(kind), &svg)
        guard kind == .quarantine else { return }
        let inner = Rect(x: frame.x + 4, y: frame.y + 4, width: frame.width - 8, height: frame.height - 8)
        draw(inner, fill: "none", Palette.Line(color: Palette.border(kind).color, width: 1), &svg)
    }

    /// A rounded box.
    static func draw(_ frame: Rect, fill: String, _ line: Palette.Line, _ svg: inout SVGWriter) {
        svg.empty(
            "rect",
            [
                "x": "\(frame.x)", "y": "\(frame.y)", "width": "\(frame.width)", "height": "\(frame.height)",
                "rx": "\(min(10, frame.height / 3))", "fill": fill, "stroke": line.color,
                "stroke-width": "\(line.width)",
            ])
    }

    private static func draw(_ caption: Layout.Caption, _ svg: inout SVGWriter) {
        svg.element(
            "text", caption.text,
            [
                "x": "\(caption.at.x)", "y": "\(caption.at.y)", "font-size": "\(Box.Size.label)",
                "text-anchor": caption.anchor == .start ? "start" : "end",
                "font-weight": caption.strand == .straight && !caption.isEffect ? "bold" : "normal",
                "fill": Palette.text(caption.strand), "fill-opacity": caption.isEffect ? "0.75" : "1",
            ])
    }
}

/// Who did what to whom, drawn from top to bottom: a line of life for each, an arrow for each message.
public struct SequencePicture {
    /// One row.
    public struct Row {
        /// How it is drawn.
        public enum Kind: Hashable, Sendable {
            /// As it should be.
            case plain
            /// Something went wrong.
            case trouble
            /// A rule is broken.
            case breach
        }

        let from: String
        let to: String
        let text: String
        let note: String
        let kind: Kind

        /// Creates a row.
        ///
        /// - Parameters:
        ///   - from: who does it.
        ///   - to: to whom; himself for what happens to him.
        ///   - text: what.
        ///   - note: where that leads, beside the lines; empty: nothing new.
        ///   - kind: how it is drawn.
        public init(from: String, to: String, text: String, note: String = "", kind: Kind = .plain) {
            self.from = from
            self.to = to
            self.text = text
            self.note = note
            self.kind = kind
        }
    }

    private let title: String
    private let lives: [String]
    private let rows: [Row]

    /// Creates a picture; who takes part stands in `lives`, from left to right.
    public init(title: String, lives: [String], rows: [Row]) {
        self.title = title
        self.lives = lives
        self.rows = rows
    }

    private enum Size {
        static let margin = 24
        static let title = 34
        static let head = (width: 120, height: 34)
        static let pitch = 190
        static let row = 46
        static let notes = 230
        static let loop = 46
        static let text = 13
    }

    private var width: Int { max(620, 2 * Size.margin + Size.pitch * lives.count + Size.notes) }
    private var top: Int { Size.margin + Size.title + Size.head.height }
    private var height: Int { top + Size.row * (rows.count + 1) + Size.margin }

    /// The picture as SVG, complete in itself.
    public var svg: String {
        var writer = SVGWriter()
        writer.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": "\(width)", "height": "\(height)",
                "viewBox": "0 0 \(width) \(height)", "font-family": TextMetrics.family, "font-size": "13",
            ])
        writer.element("title", title)
        writer.empty("rect", ["width": "\(width)", "height": "\(height)", "fill": "#ffffff"])
        label(&writer, title, x: Size.margin, y: Size.margin + 12, size: 16, anchor: "start", isBold: true)
        for (index, life) in lives.enumerated() { draw(life, at: x(index), &writer) }
        for (index, row) in rows.enumerated() { draw(row, index, &writer) }
        writer.close("svg")
        return writer.text
    }

    private func x(_ life: Int) -> Int { Size.margin + Size.pitch / 2 + life * Size.pitch }

    private func draw(_ life: String, at x: Int, _ writer: inout SVGWriter) {
        let y = Size.margin + Size.title
        writer.empty(
            "line",
            [
                "x1": "\(x)", "y1": "\(y)", "x2": "\(x)", "y2": "\(height - Size.margin)", "stroke": "#b8c2cc",
                "stroke-width": "1.5", "stroke-dasharray": "5 4",
            ])
        writer.empty(
            "rect",
            [
                "x": "\(x - Size.head.width / 2)", "y": "\(y)", "width": "\(Size.head.width)",
                "height": "\(Size.head.height)", "rx": "6", "fill": "#dfe9f5", "stroke": "#52606d",
            ])
        label(&writer, life, x: x, y: y + 22, isBold: true)
    }

    private func draw(_ row: Row, _ index: Int, _ writer: inout SVGWriter) {
        let y = top + Size.row * (index + 1)
        let from = x(lives.firstIndex(of: row.from) ?? 0)
        let to = x(lives.firstIndex(of: row.to) ?? 0)
        let color = row.kind.color
        if from == to { loop(&writer, at: from, y, color) } else { arrow(&writer, from: from, to: to, y, color) }
        say("\(index + 1). \(row.text)", from: from, to: to, y - 7, row.kind, &writer)
        guard !row.note.isEmpty else { return }
        label(
            &writer, row.note, x: notes, y: y + 4, size: Size.text, color: row.kind.text, anchor: "start",
            isBold: row.kind == .breach)
    }

    /// Where the notes begin.
    private var notes: Int { Size.margin + Size.pitch * lives.count + 16 }

    /// Words above an arrow, or beside a loop, on a ground of their own; moved where they would run out of the picture or
    /// into the notes.
    private func say(_ words: String, from: Int, to: Int, _ y: Int, _ kind: Row.Kind, _ writer: inout SVGWriter) {
        let isBold = kind == .breach
        let width = TextMetrics.width(words, size: Size.text, isBold: isBold)
        let wanted = from == to ? from + Size.loop + 8 : (from + to - width) / 2
        let start = max(Size.margin, min(wanted, notes - 8 - width))
        writer.empty(
            "rect",
            [
                "x": "\(start - 2)", "y": "\(y - Size.text + 1)", "width": "\(width + 4)",
                "height": "\(Size.text + 3)", "fill": "#ffffff",
            ])
        label(&writer, words, x: start, y: y, size: Size.text, color: kind.text, anchor: "start", isBold: isBold)
    }

    private func arrow(_ writer: inout SVGWriter, from start: Int, to end: Int, _ y: Int, _ color: String) {
        let side = start < end ? -1 : 1
        line(&writer, "M \(start) \(y) L \(end + side * 6) \(y)", color)
        tip(&writer, at: end, y, side, color)
    }

    /// To oneself.
    private func loop(_ writer: inout SVGWriter, at x: Int, _ y: Int, _ color: String) {
        line(&writer, "M \(x) \(y - 8) h \(Size.loop) v 14 h \(6 - Size.loop)", color)
        tip(&writer, at: x, y + 6, 1, color)
    }

    private func line(_ writer: inout SVGWriter, _ path: String, _ color: String) {
        writer.empty("path", ["d": path, "fill": "none", "stroke": color, "stroke-width": "2"])
    }

    private func tip(_ writer: inout SVGWriter, at x: Int, _ y: Int, _ side: Int, _ color: String) {
        let points = "\(x),\(y) \(x + side * 9),\(y - 5) \(x + side * 9),\(y + 5)"
        writer.empty("polygon", ["points": points, "fill": color])
    }

    private func label(
        _ writer: inout SVGWriter, _ text: String, x: Int, y: Int, size: Int = 13, color: String = "#1f2933",
        anchor: String = "middle", isBold: Bool = false
    ) {
        writer.element(
            "text", text,
            [
                "x": "\(x)", "y": "\(y)", "text-anchor": anchor, "font-size": "\(size)",
                "font-weight": isBold ? "bold" : "normal", "fill": color,
            ])
    }
}

extension SequencePicture.Row.Kind {
    fileprivate var color: String {
        switch self {
        case .plain: "#1553b7"
        case .trouble: "#d64545"
        case .breach: "#c62828"
        }
    }

    fileprivate var text: String {
        switch self {
        case .plain: "#1f2933"
        case .trouble: "#b02a2a"
        case .breach: "#c62828"
        }
    }
}

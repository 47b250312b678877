/// What the DMA of a device reaches, drawn: the device on the left, the IOMMU in the middle, memory on the right; a lane
/// for each T value, which goes through or ends at the IOMMU.
public struct RoutePicture {
    /// The way of one T value.
    public struct Lane {
        let name: String
        let reaches: [[String]]
        let stop: String?
        let behindIt: [[String]]

        /// Creates a lane.
        ///
        /// - Parameters:
        ///   - name: `T=0` or `T=1`.
        ///   - reaches: for each memory the ranges that it reaches there, a line each.
        ///   - stop: why it does not get as far as the IOMMU; nil: it does.
        ///   - behindIt: for each memory the ranges that the IOMMU would let it reach behind the stop.
        public init(name: String, reaches: [[String]], stop: String? = nil, behindIt: [[String]]? = nil) {
            self.name = name
            self.reaches = reaches
            self.stop = stop
            self.behindIt = behindIt ?? reaches.map { _ in [] }
        }

        /// The lines of one memory.
        fileprivate func lines(_ index: Int) -> [String] {
            let open = behindIt[index].isEmpty ? [] : ["\(name), open behind the stop:"] + behindIt[index]
            return reaches[index].map { "\(name): \($0)" } + open
        }
    }

    private let device: String
    private let state: String
    private let platform: String
    private let cells: String
    private let memory: [String]
    private let lanes: [Lane]

    /// Creates a picture of a device in a state on a platform, of what the platform has for each T value
    /// (`cells`), of the memory that
    /// there is for it, and of its lanes.
    public init(
        device: String, state: String, platform: String, cells: String, memory: [String], lanes: [Lane]
    ) {
        self.device = device
        self.state = state
        self.platform = platform
        self.cells = cells
        self.memory = memory
        self.lanes = lanes
    }

    private enum Size {
        static let width = 980
        static let deviceBox = 210
        static let iommu = (x: 380, width: 110)
        static let memory = (x: 640, width: 320)
        static let row = 90
        static let margin = 20
        static let caption = 24
    }

    private var rows: Int { max(lanes.count, memory.count) * Size.row }
    private var height: Int { rows + 2 * Size.margin + Size.caption * captions.count }
    /// What the platform has, and why a lane ends before the IOMMU.
    private var captions: [String] { [cells] + lanes.compactMap { lane in lane.stop.map { "\(lane.name): \($0)" } } }

    /// The picture as SVG, complete in itself.
    public var svg: String {
        var writer = SVGWriter()
        writer.open(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": "\(Size.width)", "height": "\(height)",
                "viewBox": "0 0 \(Size.width) \(height)", "font-family": TextMetrics.family, "font-size": "14",
            ])
        writer.element("title", "Where DMA of \(device) goes")
        writer.empty("rect", ["width": "\(Size.width)", "height": "\(height)", "fill": "#ffffff"])
        box(&writer, x: Size.margin, width: Size.deviceBox, fill: "#dfe9f5", lines: [device, state])
        box(&writer, x: Size.iommu.x, width: Size.iommu.width, fill: "#f1f1ef", lines: ["IOMMU", platform])
        for (index, lane) in lanes.enumerated() { draw(lane, index, &writer) }
        for (index, owner) in memory.enumerated() { draw(owner, index, &writer) }
        for (line, text) in captions.enumerated() {
            let y = height - Size.margin / 2 - Size.caption * (captions.count - 1 - line)
            label(&writer, text, x: Size.width / 2, y: y, size: 12)
        }
        writer.close("svg")
        return writer.text
    }

    /// A box as high as all lanes.
    private func box(_ writer: inout SVGWriter, x: Int, width: Int, fill: String, lines: [String]) {
        rectangle(&writer, x: x, y: Size.margin, width: width, height: rows, fill: fill)
        for (line, text) in lines.enumerated() {
            label(&writer, text, x: x + width / 2, y: Size.margin + 24 + 20 * line, isBold: line == 0)
        }
    }

    private func draw(_ owner: String, _ index: Int, _ writer: inout SVGWriter) {
        let y = Size.margin + index * Size.row + 8
        let fill = owner.hasPrefix("private") ? "#d3efd9" : owner.hasPrefix("shared") ? "#ffedc2" : "#dfe9f5"
        rectangle(&writer, x: Size.memory.x, y: y, width: Size.memory.width, height: Size.row - 16, fill: fill)
        label(&writer, owner, x: Size.memory.x + Size.memory.width / 2, y: y + 20, isBold: true)
        let lines = lanes.flatMap { $0.lines(index) }
        for (line, text) in Self.shortened(lines).enumerated() {
            label(&writer, text, x: Size.memory.x + Size.memory.width / 2, y: y + 42 + 18 * line, size: 12)
        }
    }

    /// At most two lines.
    private static func shortened(_ lines: [String]) -> [String] {
        switch lines.count {
        case 0: ["out of reach"]
        case 1...2: lines
        case let count: [lines[0], "and \(count - 1) more"]
        }
    }

    private func draw(_ lane: Lane, _ index: Int, _ writer: inout SVGWriter) {
        let y = Size.margin + index * Size.row + Size.row / 2 + 12
        let start = Size.margin + Size.deviceBox
        let reached = memory.indices.filter { !lane.reaches[$0].isEmpty }
        let color = reached.isEmpty ? "#c62828" : "#1f7a3d"
        line(&writer, from: (start, y), to: (Size.iommu.x, y), color)
        label(&writer, lane.name, x: (start + Size.iommu.x) / 2, y: y - 8, isBold: true)
        if reached.isEmpty {
            let end = lane.stop == nil ? Size.iommu.x : Size.iommu.x - 30
            line(&writer, from: (end, y - 14), to: (end, y + 14), color, width: 5)
            label(
                &writer, lane.stop == nil ? "stopped" : "at the root port", x: (start + Size.iommu.x) / 2, y: y + 30,
                size: 12)
        }
        let open = memory.indices.filter { !lane.behindIt[$0].isEmpty }
        draw(through: reached, y, color, &writer)
        draw(through: open, y, "#c27c0e", &writer)
    }

    /// Lines through the IOMMU to the memory that is open to a lane.
    private func draw(through targets: [Int], _ y: Int, _ color: String, _ writer: inout SVGWriter) {
        for target in targets {
            let end = Size.margin + target * Size.row + Size.row / 2
            line(&writer, from: (Size.iommu.x, y), to: (Size.iommu.x + Size.iommu.width, y), color)
            line(&writer, from: (Size.iommu.x + Size.iommu.width, y), to: (Size.memory.x - 8, end), color)
            let tip = "\(Size.memory.x),\(end) \(Size.memory.x - 10),\(end - 6) \(Size.memory.x - 10),\(end + 6)"
            writer.empty("polygon", ["points": tip, "fill": color])
        }
    }

    // MARK: Shapes

    private func rectangle(_ writer: inout SVGWriter, x: Int, y: Int, width: Int, height: Int, fill: String) {
        writer.empty(
            "rect",
            [
                "x": "\(x)", "y": "\(y)", "width": "\(width)", "height": "\(height)", "rx": "6", "fill": fill,
                "stroke": "#52606d",
            ])
    }

    private func line(
        _ writer: inout SVGWriter, from start: (Int, Int), to end: (Int, Int), _ color: String, width: Int = 3
    ) {
        writer.empty(
            "line",
            [
                "x1": "\(start.0)", "y1": "\(start.1)", "x2": "\(end.0)", "y2": "\(end.1)", "stroke": color,
                "stroke-width": "\(width)",
            ])
    }

    private func label(
        _ writer: inout SVGWriter, _ text: String, x: Int, y: Int, size: Int = 14, isBold: Bool = false
    ) {
        writer.element(
            "text", text,
            [
                "x": "\(x)", "y": "\(y)", "text-anchor": "middle", "font-size": "\(size)",
                "font-weight": isBold ? "bold" : "normal", "fill": "#1f2933",
            ])
    }
}

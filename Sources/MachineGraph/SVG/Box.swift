/// What is written in a node's box, and how much room that takes.
struct Box {
    /// The sizes of the letters, in pixels.
    enum Size {
        static let title = 15
        static let traffic = 12
        static let activity = 11
        static let label = 11
    }

    /// The node.
    let node: Graph.Node
    /// What is carried out there, broken into lines.
    let activities: [String]

    private static let padding = 12
    private static let activityWidth = 176

    /// Breaks the text of a node into lines.
    init(_ node: Graph.Node) {
        self.node = node
        activities = TextMetrics.lines(
            of: node.activities, separator: ",", size: Size.activity, width: Self.activityWidth)
    }

    /// Width of the text with room around it.
    var width: Int {
        let widths =
            [
                TextMetrics.width(node.label, size: Size.title, isBold: true),
                TextMetrics.width(node.traffic, size: Size.traffic),
            ] + activities.map { TextMetrics.width($0, size: Size.activity) }
        return (widths.max() ?? 0) + 2 * Self.padding
    }

    /// Height of the text with room around it.
    var height: Int { textHeight + 2 * Self.padding }

    /// Height of the text.
    var textHeight: Int { 36 + (activities.isEmpty ? 0 : 4 + 14 * activities.count) }
}

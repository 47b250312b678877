/// A place in the picture, in pixels from its upper left corner.
struct Point: Hashable {
    var x: Int
    var y: Int
}

/// A rectangle in the picture.
struct Rect: Hashable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var maxX: Int { x + width }
    var maxY: Int { y + height }
    var midX: Int { x + width / 2 }
    var midY: Int { y + height / 2 }

    /// Whether the two share more than an edge.
    func overlaps(_ other: Rect) -> Bool {
        x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }
}

/// The sides of a box at which wires start and end.
enum Side: Int, Hashable, CaseIterable {
    case left, right
}

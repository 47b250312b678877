/// The heights of all boxes, where they stand, and where bundles cross the middle lane between them.
struct Placing {
    /// The height of each box: enough for its text and for the ports of either side.
    let heights: [Int]
    /// The vertical middle of each box.
    let middles: [Int]
    /// The height at which each bundle crosses the middle lane; nil for those that do not.
    let crossings: [Int?]

    private static let gap = 3 * Port.unit
    private static let labelledGap = 5 * Port.unit

    /// Stacks the boxes, finds the gap for each bundle that crosses, and makes room for it.
    init(_ boxes: [Box], _ lanes: Lanes, _ wiring: Wiring, _ ports: [Port]) {
        let heights = boxes.indices.map { node in
            let sides = Side.allCases.map { side in
                ports.filter { $0.node == node && $0.side == side }.reduce(0) { $0 + $1.height }
            }
            let least = max(boxes[node].height, (sides.max() ?? 0) + 2 * Port.unit)
            return (least + 2 * Port.unit - 1) / (2 * Port.unit) * (2 * Port.unit)
        }
        let spine = lanes.order[Lanes.Lane.straight.rawValue]
        let first = Self.middles(heights, lanes, wiring, crossingCounts: spine.map { _ in 0 })
        let gaps = wiring.bundles.map { bundle in
            bundle.farChannel == nil ? nil : Self.bestGap(for: bundle, spine, heights, first)
        }
        let counts = spine.indices.map { gap in gaps.count { $0 == gap } }
        let middles = Self.middles(heights, lanes, wiring, crossingCounts: counts)
        self.heights = heights
        self.middles = middles
        crossings = gaps.indices.map { index in
            gaps[index].map { gap in
                let before = gaps[..<index].count { $0 == gap }
                return Self.line(before, inGap: gap, spine, heights, middles)
            }
        }
    }

    private static func middles(
        _ heights: [Int], _ lanes: Lanes, _ wiring: Wiring, crossingCounts: [Int]
    ) -> [Int] {
        let gaps = Lanes.Lane.allCases.map { lane -> (Int) -> Int in
            { place in
                let nodes = lanes.order[lane.rawValue]
                let isLabelled = wiring.directs.contains { direct in
                    [direct.from, direct.to].allSatisfy { $0 == nodes[place - 1] || $0 == nodes[place] }
                }
                let crossings = lane == .straight ? crossingCounts[place] : 0
                return (isLabelled ? labelledGap : gap) + crossings * Port.unit
            }
        }
        return lanes.settle(Lanes.Spacing(heights: heights, gaps: gaps))
    }

    /// The gap in which the bundle's tracks are shortest: gap `n` is above the spine's node `n`, the last below them all.
    private static func bestGap(
        for bundle: Wiring.Bundle, _ spine: [Int], _ heights: [Int], _ middles: [Int]
    ) -> Int {
        let near = bundle.members.filter { !$0.isFar }.map { middles[$0.from] } + [middles[bundle.to]]
        let far = bundle.members.filter(\.isFar).map { middles[$0.from] }
        let lengths = (0...spine.count).map { gap -> Int in
            let y = line(0, inGap: gap, spine, heights, middles)
            return [near, far].reduce(0) { sum, ends in
                sum + max(ends.max() ?? y, y) - min(ends.min() ?? y, y)
            }
        }
        return lengths.indices.min { lengths[$0] < lengths[$1] } ?? 0
    }

    /// The height of a line in a gap, counted from the box below it; below the last box counted from that; above the first
    /// clear of the start. A third of a unit keeps it off the heights of ports.
    private static func line(
        _ number: Int, inGap gap: Int, _ spine: [Int], _ heights: [Int], _ middles: [Int]
    ) -> Int {
        let distance = (number + (gap == 0 ? 4 : 2)) * Port.unit
        guard gap < spine.count else {
            let last = spine[spine.count - 1]
            return middles[last] + heights[last] / 2 + distance - Port.unit / 3
        }
        return middles[spine[gap]] - heights[spine[gap]] / 2 - distance - Port.unit / 3
    }
}

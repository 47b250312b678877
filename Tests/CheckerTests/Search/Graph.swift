import Assignment

@testable import Checker

/// A system that is written down: states by number, and the steps between them.
struct Graph: EndingSystem {
    struct Edge {
        let source: UInt64
        let target: UInt64
        var isFault = false
    }

    var initial: [UInt64] = [0]
    var edges: [Edge]
    var resting: Set<UInt64> = []
    var badStates: Set<UInt64> = []
    /// Places in `edges`.
    var badEdges: Set<Int> = []

    init(_ pairs: [(UInt64, UInt64)], resting: Set<UInt64> = []) {
        edges = pairs.map { Edge(source: $0.0, target: $0.1) }
        self.resting = resting
    }

    /// Random steps between `states` states.
    init(states: UInt64, edges count: Int, seed: UInt64) {
        func number(_ index: Int) -> UInt64 { (seed << 32 | UInt64(index)).spread }
        edges = (0..<count).map {
            Edge(
                source: number($0 * 3) % states, target: number($0 * 3 + 1) % states,
                isFault: number($0 * 3 + 2) % 3 == 0)
        }
    }

    func appendSteps(from word: UInt64, to steps: inout Steps<UInt64>) {
        for (number, edge) in edges.enumerated() where edge.source == word {
            steps.append(to: edge.target, label: UInt32(number))
        }
    }

    func label(_ number: UInt32) -> String {
        let edge = edges[Int(number)]
        return "\(edge.source)-\(edge.target)"
    }

    func violation(in word: UInt64) -> Violation? {
        badStates.contains(word) ? Violation(.oneOwner, "state \(word)") : nil
    }

    func violation(of step: Step<UInt64>, from word: UInt64) -> Violation? {
        badEdges.contains(Int(step.label)) ? Violation(.revokeFirst, label(step.label)) : nil
    }

    func isResting(_ word: UInt64) -> Bool { resting.contains(word) }

    func goesOn(_ label: UInt32) -> Bool { !edges[Int(label)].isFault }
}

extension Graph {
    /// How far every state that can be reached is from the initial ones, found in the plainest way.
    var distances: [UInt64: Int] {
        var distances: [UInt64: Int] = [:]
        var level = Set(initial)
        var depth = 0
        while !level.isEmpty {
            for word in level { distances[word] = depth }
            level = Set(edges.filter { level.contains($0.source) && distances[$0.target] == nil }.map(\.target))
            depth += 1
        }
        return distances
    }

    /// The longest way to rest from any state that can be reached; nil: one does not end or is stuck.
    var stepsToRest: Int? {
        var open = Set(distances.keys)
        var longest: [UInt64: Int] = [:]
        while !open.isEmpty {
            let settled = open.compactMap { word -> (UInt64, Int)? in
                if resting.contains(word) { return (word, 0) }
                let targets = edges.filter { $0.source == word && !$0.isFault }.map { longest[$0.target] }
                let known = targets.compactMap { $0 }
                return known.count == targets.count ? known.max().map { (word, $0 + 1) } : nil
            }
            if settled.isEmpty { return nil }
            for (word, steps) in settled {
                longest[word] = steps
                open.remove(word)
            }
        }
        return longest.values.max()
    }
}

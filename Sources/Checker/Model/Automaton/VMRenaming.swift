internal import Assignment

/// Other names for the VMs of a host, and the lane that each lane is under them.
struct VMRenaming: Sendable {
    /// The new name of each VM.
    let names: [Int]
    /// The lane that each lane becomes.
    let lanes: ContiguousArray<UInt32>

    /// Every way to name the VMs anew but the one that changes nothing. Empty if one of them does not lead steps to steps:
    /// VMs that are not alike are never taken for each other.
    static func all(of automaton: LaneAutomaton) -> [VMRenaming] {
        let names = permutations(of: Array(0..<automaton.model.vms)).dropFirst()
        let found = names.compactMap { names in
            Matching(automaton, names).map { VMRenaming(names: names, lanes: $0.partners) }
        }
        return found.count == names.count ? found : []
    }

    /// In order, the given one first.
    private static func permutations(of values: [Int]) -> [[Int]] {
        guard values.count > 1 else { return [values] }
        return values.flatMap { first in permutations(of: values.filter { $0 != first }).map { [first] + $0 } }
    }
}

/// Finds each lane's partner by walking both at once, step by step. That it finds one for each proves that lanes and their
/// partners can do the same under the new names.
private struct Matching {
    private(set) var partners: ContiguousArray<UInt32>
    private let graph: LaneGraph
    private let names: [Int]
    /// What each label is called under the new names.
    private let labels: [UInt16]
    private var pairs: [(UInt32, UInt32)] = []

    /// Nil: there is a lane without partner.
    init?(_ automaton: LaneAutomaton, _ names: [Int]) {
        graph = automaton.graph
        self.names = names
        partners = ContiguousArray(repeating: .max, count: automaton.count)
        let numbers = Dictionary(uniqueKeysWithValues: zip(automaton.labels, UInt16(0)...))
        labels = automaton.labels.map { numbers[$0.renamed(names)] ?? .max }
        // The lanes of a device that was never assigned are their own partners, with any number of faults left.
        for root in automaton.roots {
            var lane = root
            while pair(lane, lane), graph.spent[Int(lane)] != lane { lane = graph.spent[Int(lane)] }
        }
        while let (lane, partner) = pairs.popLast() {
            guard match(Int(lane), Int(partner)) else { return nil }
        }
        guard !partners.contains(.max) else { return nil }
    }

    private mutating func pair(_ lane: UInt32, _ partner: UInt32) -> Bool {
        if partners[Int(lane)] == .max {
            partners[Int(lane)] = partner
            pairs.append((lane, partner))
        }
        return partners[Int(lane)] == partner
    }

    private mutating func match(_ lane: Int, _ partner: Int) -> Bool {
        guard pair(graph.spent[lane], graph.spent[partner]) else { return false }
        for step in ConversionStep.allCases {
            switch (graph.converted(lane, step), graph.converted(partner, step)) {
            case (nil, nil): break
            case (let target?, let other?): guard pair(UInt32(target), UInt32(other)) else { return false }
            case (nil, _?), (_?, nil): return false
            }
        }
        for event in 0..<graph.events {
            guard match(graph.parts(of: lane, in: event), graph.parts(of: partner, in: event)) else { return false }
        }
        return match(graph.steps(of: lane), graph.steps(of: partner))
    }

    /// Steps of one name come in the same order from both.
    private mutating func match(_ steps: Range<Int>, _ others: Range<Int>) -> Bool {
        guard steps.count == others.count else { return false }
        var free = Array(others)
        for index in steps {
            let edge = graph.edges[index]
            let (label, condition) = (labels[Int(edge.label)], edge.condition.renamed(names))
            guard
                let place = free.firstIndex(where: {
                    graph.edges[$0].label == label && graph.edges[$0].condition == condition
                        && graph.edges[$0].followed == edge.followed
                }), pair(edge.target, graph.edges[free[place]].target)
            else { return false }
            free.remove(at: place)
        }
        return true
    }

}

extension LaneLabel {
    /// The label under other names of VMs.
    fileprivate func renamed(_ names: [Int]) -> LaneLabel {
        guard case .asked(.convert(let domain, let orders)) = self else { return self }
        return .asked(.convert(CheckerModel.domain(UInt8(names[Int(CheckerModel.vm(domain))])), orders))
    }
}

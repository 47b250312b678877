/// Several devices and VMs of a host, as the checker searches it: every device by the number of its lane, every VM by
/// what its page is, all in one word.
///
/// Devices are alike, so states that differ by which device is where are one: lanes are sorted. So are VMs: of all ways to
/// name them the one with the least word is taken. And lanes that can do the same are one, if the automaton says so. What
/// concerns several (the page of a VM, the manager's death, the faults that are left) is a step that all lanes take
/// together, or none.
public struct HostSystem<Word: StateWord>: EndingSystem {
    /// What one device can go through.
    public let automaton: LaneAutomaton
    /// How many devices there are.
    public let devices: Int
    private let lanes: Lanes<Word>
    private let labels: HostLabels

    /// Creates a host. Nil: the word is too short for so many devices.
    public init?(_ automaton: LaneAutomaton, devices: Int, _: Word.Type = Word.self) {
        let width = max(1, Int.bitWidth - max(1, automaton.count - 1).leadingZeroBitCount)
        guard let lanes = Lanes<Word>(devices, width: width), let labels = HostLabels(automaton, devices: devices),
            devices * width + automaton.model.vms * 2 <= Word.bitWidth
        else { return nil }
        self.automaton = automaton
        self.devices = devices
        self.lanes = lanes
        self.labels = labels
    }

    // MARK: Words

    private func shift(ofVM vm: Int) -> Word { Word(truncatingIfNeeded: lanes.count &* lanes.width &+ 2 &* vm) }

    private func page(ofVM vm: Int, in word: Word) -> UInt8 { UInt8(truncatingIfNeeded: word &>> shift(ofVM: vm) & 3) }

    private func replacing(vm: Int, by page: UInt8, in word: Word) -> Word {
        let shift = shift(ofVM: vm)
        return word & ~(3 &<< shift) | Word(page) &<< shift
    }

    /// Whether a step may be taken, as far as VMs have a say.
    private func isOpen(_ edge: LaneGraph.Edge, in word: Word) -> Bool {
        guard let needed = edge.needed else { return true }
        return page(ofVM: needed.vm, in: word) == needed.page
    }

    // MARK: TransitionSystem

    /// All devices with the host, all convertible pages private.
    public var initial: [Word] { [0] }

    /// Every step of every device, then those of all together, then those of the VMs.
    public func appendSteps(from word: Word, to steps: inout Steps<Word>) {
        append(automaton.graph, isFolded: false, from: word, to: &steps)
    }

    /// The same, from and to representatives. Of devices in the same lane only the first one steps.
    public func appendFoldedSteps(from word: Word, to steps: inout Steps<Word>) {
        append(automaton.folded, isFolded: true, from: word, to: &steps)
    }

    @inline(__always)
    private func append(_ graph: LaneGraph, isFolded: Bool, from word: Word, to steps: inout Steps<Word>) {
        for device in 0..<devices {
            let lane = lanes.number(device, in: word)
            if isFolded, device > 0, lane == lanes.number(device - 1, in: word) { continue }
            for index in graph.steps(of: lane) {
                let edge = graph.edges[index]
                guard isOpen(edge, in: word) else { continue }
                steps.append(
                    to: stepped(device, by: edge, from: word, graph, isFolded),
                    label: labels.number(device, edge.label))
            }
        }
        if automaton.model.hasCrashes { appendRestarts(graph, isFolded, from: word, to: &steps) }
        guard automaton.model.hasConversions else { return }
        for vm in 0..<automaton.model.vms { append(ofVM: vm, graph, isFolded, from: word, to: &steps) }
    }

    private func stepped(
        _ device: Int, by edge: LaneGraph.Edge, from word: Word, _ graph: LaneGraph, _ isFolded: Bool
    ) -> Word {
        let target = Int(edge.target)
        guard edge.isFault, devices > 1 else {
            return isFolded
                ? named(lanes.sorting(device, as: target, in: word)) : lanes.replacing(device, by: target, in: word)
        }
        var next = word
        for other in 0..<devices {
            let lane = other == device ? target : Int(graph.spent[lanes.number(other, in: word)])
            next = lanes.replacing(other, by: lane, in: next)
        }
        return isFolded ? named(lanes.sorted(next)) : next
    }

    /// The manager dies: every lane takes one of the ways in which it may come back, in every combination.
    private func appendRestarts(
        _ graph: LaneGraph, _ isFolded: Bool, from word: Word, to steps: inout Steps<Word>
    ) {
        func combine(_ device: Int, _ next: Word, _ label: UInt32) {
            guard device < devices else {
                if next != word { steps.append(to: isFolded ? named(lanes.sorted(next)) : next, label: label) }
                return
            }
            for index in graph.restarts(of: lanes.number(device, in: word)) {
                let edge = graph.edges[index]
                guard isOpen(edge, in: word) else { continue }
                combine(
                    device + 1, lanes.replacing(device, by: Int(edge.target), in: next),
                    labels.adding(edge.label, to: label))
            }
        }
        combine(0, word, labels.noRestart)
    }

    private func append(
        ofVM vm: Int, _ graph: LaneGraph, _ isFolded: Bool, from word: Word, to steps: inout Steps<Word>
    ) {
        guard let page = PageState(rawValue: page(ofVM: vm, in: word)) else { return }
        for step in ConversionStep.allCases {
            guard let after = page.after(step),
                let next = taking(step, ofVM: vm, graph, replacing(vm: vm, by: after.rawValue, in: word))
            else { continue }
            steps.append(to: isFolded ? named(lanes.sorted(next)) : next, label: labels.number(vm, step))
        }
    }

    /// All lanes of the VM take the step together; nil: one of them holds it up.
    private func taking(_ step: ConversionStep, ofVM vm: Int, _ graph: LaneGraph, _ word: Word) -> Word? {
        var next = word
        for device in 0..<devices {
            let lane = lanes.number(device, in: word)
            guard Int(automaton.vms[lane]) == vm else { continue }
            guard let target = graph.converted(lane, step) else { return nil }
            next = lanes.replacing(device, by: target, in: next)
        }
        return next
    }

    // MARK: Representatives

    /// The devices in order of their lanes, each in the lane that stands for its own, under the names of VMs that make the
    /// least word.
    public func representative(of word: Word) -> Word {
        var next = word
        if !automaton.representatives.isEmpty {
            for device in 0..<devices {
                let lane = automaton.representatives[lanes.number(device, in: word)]
                next = lanes.replacing(device, by: Int(lane), in: next)
            }
        }
        return named(lanes.sorted(next))
    }

    /// The least of the words that differ by names of VMs only. The lanes of the word are sorted, and stand for others.
    private func named(_ word: Word) -> Word {
        guard !automaton.renamings.isEmpty else { return word }
        var least = word
        for renaming in automaton.renamings {
            var next = word
            for device in 0..<devices {
                let lane = renaming.lanes[lanes.number(device, in: word)]
                next = lanes.replacing(device, by: Int(lane), in: next)
            }
            for vm in renaming.names.indices {
                next = replacing(vm: renaming.names[vm], by: page(ofVM: vm, in: word), in: next)
            }
            least = min(least, lanes.sorted(next))
        }
        return least
    }

    /// The rule that one of the devices breaks.
    public func violation(in word: Word) -> Violation? {
        guard !automaton.violations.isEmpty else { return nil }
        for device in 0..<devices {
            if let violation = automaton.violations[UInt32(lanes.number(device, in: word))] { return violation }
        }
        return nil
    }

    /// The label of a number.
    public func label(_ number: UInt32) -> HostLabel { labels.label(number) }

    // MARK: EndingSystem

    /// Whether every device rests.
    public func isResting(_ word: Word) -> Bool {
        (0..<devices).allSatisfy { automaton.isResting[lanes.number($0, in: word)] }
    }

    /// Whether it happens once faults have stopped and nobody asks for anything.
    public func goesOn(_ label: UInt32) -> Bool { labels.goesOn(label) }
}

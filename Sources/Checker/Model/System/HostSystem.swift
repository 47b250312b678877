internal import Assignment

/// Several devices and VMs of a host, as the checker searches it: every device by the number of its lane, every VM by
/// what its page is, all in one word.
///
/// Devices are alike, so states that differ by which device is where are one: lanes are sorted. So are VMs: of all ways to
/// name them the one with the least word is taken. And lanes that can do the same are one, if the automaton says so. What
/// concerns several (the page of a VM, the manager's death, the faults that are left, what siblings share) is a step that
/// all lanes take together, or none.
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
            devices * width + automaton.model.vms * 2 <= Word.bitWidth,
            automaton.roots.count == 1 || automaton.roots.count == devices
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

    /// How many streams of the bridge are taken.
    private func takenStreams(in word: Word) -> Int {
        (0..<devices).count { automaton.holdsStream[lanes.number($0, in: word)] }
    }

    /// Whether a step may be taken, as far as VMs and bridge have a say.
    private func isOpen(_ edge: LaneGraph.Edge, in word: Word) -> Bool {
        if edge.condition.isNone { return true }
        if let needed = edge.condition.needed { return page(ofVM: needed.vm, in: word) == needed.page }
        guard let needsStream = edge.condition.needsStream, let streams = automaton.model.streams else { return true }
        return automaton.model.functions.hasStreamLeft(takenStreams(in: word), streams) == needsStream
    }

    // MARK: TransitionSystem

    /// All devices with the host, all convertible pages private.
    public var initial: [Word] {
        let roots = automaton.roots
        let word = (0..<devices).reduce(0 as Word) { word, device in
            lanes.replacing(device, by: Int(roots[device % roots.count]), in: word)
        }
        return [word]
    }

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
                let label = labels.number(device, edge.label)
                if let event = edge.followed {
                    let next = lanes.replacing(device, by: Int(edge.target), in: word)
                    combine(event, all & ~(1 << device), graph, next, 0) { next, _ in
                        steps.append(to: isFolded ? named(lanes.sorted(next)) : next, label: label)
                    }
                } else {
                    steps.append(to: stepped(device, by: edge, from: word, graph, isFolded), label: label)
                }
            }
        }
        for event in labels.eventsThatBegin {
            combine(event, all, graph, word, labels.firstOfTogether) { next, label in
                if next != word { steps.append(to: isFolded ? named(lanes.sorted(next)) : next, label: label) }
            }
        }
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

    /// All devices, by their bits.
    private var all: UInt64 { devices < 64 ? 1 << UInt64(devices) - 1 : .max }

    /// Every device that is left takes its part in an event, in each of the ways that it has; `label` grows by each part.
    /// In which order makes a difference only where they want the same stream: then all orders are tried.
    private func combine(
        _ event: Int, _ left: UInt64, _ graph: LaneGraph, _ word: Word, _ label: UInt32, _ visit: (Word, UInt32) -> Void
    ) {
        guard left != 0 else { return visit(word, label) }
        for device in left.trailingZeroBitCount..<devices where left & 1 << device != 0 {
            for index in graph.parts(of: lanes.number(device, in: word), in: event) {
                let edge = graph.edges[index]
                guard isOpen(edge, in: word) else { continue }
                combine(
                    event, left & ~(1 << device), graph, lanes.replacing(device, by: Int(edge.target), in: word),
                    label &+ labels.part(edge.label, of: device), visit)
            }
            if automaton.model.streams == nil { return }
        }
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

    /// The rule that one of the devices breaks, or all of them together.
    public func violation(in word: Word) -> Violation? {
        if let streams = automaton.model.streams, takenStreams(in: word) > streams {
            return Violation(.oneOwner, "\(takenStreams(in: word)) streams are taken of \(streams)")
        }
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

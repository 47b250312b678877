/// Several devices and VMs of a host, as the checker searches it: every device by the number of its lane, every VM by
/// what its page is, all in one word.
///
/// Devices are alike, so states that differ by which device is where are one: lanes are sorted. What concerns several
/// (the page of a VM) is a step that all lanes of that VM take together, or none.
public struct HostSystem<Word: StateWord>: EndingSystem {
    /// What one device can go through.
    public let automaton: LaneAutomaton
    /// How many devices there are.
    public let devices: Int
    private let lanes: Lanes<Word>

    /// What happens.
    public enum Label: Hashable, Sendable, CustomStringConvertible {
        /// To one device.
        case device(Int, LaneLabel)
        /// To a VM.
        case vm(Int, ConversionStep)

        /// One clause for a person.
        public var description: String {
            switch self {
            case .device(let device, let label): "device \(device): \(label)"
            case .vm(let vm, let step): "VM \(vm): \(step)"
            }
        }
    }

    /// Creates a host. Nil: the word is too short for so many devices.
    public init?(_ automaton: LaneAutomaton, devices: Int, _: Word.Type = Word.self) {
        self.automaton = automaton
        self.devices = devices
        let width = max(1, Int.bitWidth - max(1, automaton.count - 1).leadingZeroBitCount)
        guard let lanes = Lanes<Word>(devices, width: width),
            devices * width + automaton.model.vms * 2 <= Word.bitWidth
        else { return nil }
        self.lanes = lanes
    }

    // MARK: Words

    private func shift(ofVM vm: Int) -> Word { Word(lanes.count * lanes.width + 2 * vm) }

    private func page(ofVM vm: Int, in word: Word) -> PageState {
        PageState(rawValue: UInt8(truncatingIfNeeded: word >> shift(ofVM: vm) & 3)) ?? .private
    }

    private func replacing(vm: Int, by page: PageState, in word: Word) -> Word {
        let shift = shift(ofVM: vm)
        return word & ~(3 << shift) | Word(page.rawValue) << shift
    }

    // MARK: TransitionSystem

    /// All devices with the host, all convertible pages private.
    public var initial: [Word] { [0] }

    /// Every step of every device, then those of the VMs.
    public func appendSteps(from word: Word, to steps: inout Steps<Word>) {
        for device in 0..<devices { appendSteps(of: device, from: word, to: &steps) }
        for vm in 0..<automaton.model.vms { appendSteps(ofVM: vm, from: word, to: &steps) }
    }

    private func appendSteps(of device: Int, from word: Word, to steps: inout Steps<Word>) {
        let lane = lanes.number(device, in: word)
        let base = UInt32(device * automaton.labels.count)
        for index in Int(automaton.firstEdge[lane])..<Int(automaton.firstEdge[lane + 1]) {
            let edge = automaton.edges[index]
            if edge.condition != 0 {
                let condition = edge.condition - 1
                guard page(ofVM: Int(condition >> 2), in: word).rawValue == condition & 3 else { continue }
            }
            steps.append(to: lanes.replacing(device, by: Int(edge.target), in: word), label: base + UInt32(edge.label))
        }
    }

    private func appendSteps(ofVM vm: Int, from word: Word, to steps: inout Steps<Word>) {
        guard automaton.model.hasConversions else { return }
        let page = page(ofVM: vm, in: word)
        let base = UInt32(devices * automaton.labels.count + vm * ConversionStep.allCases.count)
        for step in ConversionStep.allCases {
            guard let after = page.after(step),
                let next = taking(step, ofVM: vm, replacing(vm: vm, by: after, in: word))
            else { continue }
            steps.append(to: next, label: base + UInt32(step.rawValue))
        }
    }

    /// All lanes of the VM take the step together; nil: one of them holds it up.
    private func taking(_ step: ConversionStep, ofVM vm: Int, _ word: Word) -> Word? {
        var next = word
        for device in 0..<devices {
            let lane = lanes.number(device, in: word)
            guard Int(automaton.vms[lane]) == vm else { continue }
            let target = automaton.conversions[lane * ConversionStep.allCases.count + Int(step.rawValue)]
            guard target != LaneAutomaton.blocked else { return nil }
            next = lanes.replacing(device, by: Int(target), in: next)
        }
        return next
    }

    /// The devices in order of their lanes.
    public func representative(of word: Word) -> Word {
        guard devices > 1 else { return word }
        let vms = (word >> shift(ofVM: 0)) << shift(ofVM: 0)
        return lanes.sorted(word) | vms
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
    public func label(_ number: UInt32) -> Label {
        let (perDevice, perVM) = (automaton.labels.count, ConversionStep.allCases.count)
        let number = Int(number)
        guard number >= devices * perDevice else {
            return .device(number / perDevice, automaton.labels[number % perDevice])
        }
        let rest = number - devices * perDevice
        return .vm(rest / perVM, ConversionStep.allCases[rest % perVM])
    }

    // MARK: EndingSystem

    /// Whether every device rests.
    public func isResting(_ word: Word) -> Bool {
        (0..<devices).allSatisfy { automaton.isResting[lanes.number($0, in: word)] }
    }

    /// Whether it happens once faults have stopped and nobody asks for anything.
    public func goesOn(_ label: UInt32) -> Bool {
        guard label < UInt32(devices * automaton.labels.count) else { return false }
        return automaton.labels[Int(label) % automaton.labels.count].goesOn
    }
}

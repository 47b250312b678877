/// What happens to a host.
public enum HostLabel: Hashable, Sendable, CustomStringConvertible {
    /// To one device.
    case device(Int, LaneLabel)
    /// To all of them at once: what it is to each.
    case together([LaneLabel])
    /// To a VM.
    case vm(Int, ConversionStep)

    /// One clause for a person.
    public var description: String {
        switch self {
        case .device(let device, let label): "device \(device): \(label)"
        case .together(let labels):
            Set(labels).count == 1 && labels.count > 1
                ? "all devices: \(labels[0])"
                : labels.enumerated().map { "device \($0): \($1)" }.joined(separator: "; ")
        case .vm(let vm, let step): "VM \(vm): \(step)"
        }
    }
}

/// The numbers of what happens to a host: first the steps of its devices, then those of its VMs, then what happens to all
/// devices at once, which is numbered by what it is to each.
struct HostLabels: Sendable {
    /// The events that need no step of a device to begin, by their numbers.
    let eventsThatBegin: [Int]
    private let labels: [LaneLabel]
    private let goesOn: [Bool]
    private let devices: Int
    /// Where the steps of VMs begin, and what happens to all.
    private let firstOfVMs: UInt32
    private let firstOfAll: UInt32
    /// What such an event is to a device, and the number of each such label among them.
    private let parts: [LaneLabel]
    private let partNumbers: [UInt32]
    /// What the number of a part counts, for each device.
    private let weights: [UInt32]

    /// Nil: there are more than numbers.
    init?(_ automaton: LaneAutomaton, devices: Int) {
        labels = automaton.labels
        goesOn = labels.map(\.goesOn)
        self.devices = devices
        firstOfVMs = UInt32(devices * labels.count)
        firstOfAll = firstOfVMs + UInt32(automaton.model.vms * ConversionStep.allCases.count)
        let begin = automaton.events.indices.filter { automaton.events[$0].beginsByItself }
        let used = Self.labels(of: begin, in: automaton.graph, labels.count)
        parts = zip(labels, used).filter(\.1).map(\.0)
        var next = UInt32(0)
        partNumbers = used.map { isUsed in
            defer { next += isUsed ? 1 : 0 }
            return next
        }
        eventsThatBegin = parts.isEmpty ? [] : begin
        var weights = [UInt32(1)]
        for _ in 0..<devices where !parts.isEmpty {
            let (weight, overflows) = weights[weights.count - 1].multipliedReportingOverflow(by: UInt32(parts.count))
            if overflows || weight > .max - firstOfAll { return nil }
            weights.append(weight)
        }
        self.weights = weights
    }

    /// Which labels parts in some events have.
    private static func labels(of events: [Int], in graph: LaneGraph, _ count: Int) -> [Bool] {
        var used = Array(repeating: false, count: count)
        for lane in 0..<graph.count {
            for event in events {
                for index in graph.parts(of: lane, in: event) { used[Int(graph.edges[index].label)] = true }
            }
        }
        return used
    }

    func number(_ device: Int, _ label: UInt16) -> UInt32 { UInt32(device * labels.count) + UInt32(label) }

    func number(_ vm: Int, _ step: ConversionStep) -> UInt32 {
        firstOfVMs + UInt32(vm * ConversionStep.allCases.count) + UInt32(step.rawValue)
    }

    /// The number that what happens to all begins with.
    var firstOfTogether: UInt32 { firstOfAll }

    /// What has to be added to that number for what it is to a device.
    func part(_ label: UInt16, of device: Int) -> UInt32 { partNumbers[Int(label)] &* weights[device] }

    func label(_ number: UInt32) -> HostLabel {
        if number < firstOfVMs {
            return .device(Int(number) / labels.count, labels[Int(number) % labels.count])
        }
        if number < firstOfAll {
            let (vm, step) = Int(number - firstOfVMs).quotientAndRemainder(dividingBy: ConversionStep.allCases.count)
            return .vm(vm, ConversionStep.allCases[step])
        }
        var rest = Int(number - firstOfAll)
        var found: [LaneLabel] = []
        for _ in 0..<devices {
            found.append(parts[rest % parts.count])
            rest /= parts.count
        }
        return .together(found)
    }

    /// Whether it happens once faults have stopped and nobody asks for anything.
    func goesOn(_ number: UInt32) -> Bool {
        if number < firstOfVMs { return goesOn[Int(number) % labels.count] }
        return number >= firstOfAll && parts[Int(number - firstOfAll) % parts.count].goesOn
    }
}

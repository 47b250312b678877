/// What happens to a host.
public enum HostLabel: Hashable, Sendable, CustomStringConvertible {
    /// To one device.
    case device(Int, LaneLabel)
    /// The manager dies and comes back: what that is to each device.
    case restarted([LaneLabel])
    /// To a VM.
    case vm(Int, ConversionStep)

    /// One clause for a person.
    public var description: String {
        switch self {
        case .device(let device, let label): "device \(device): \(label)"
        case .restarted(let labels):
            labels.enumerated().map { "device \($0): \($1)" }.joined(separator: "; ")
        case .vm(let vm, let step): "VM \(vm): \(step)"
        }
    }
}

/// The numbers of what happens to a host: first the steps of its devices, then those of its VMs, then the manager's deaths,
/// which are numbered by what each device comes back with.
struct HostLabels: Sendable {
    private let labels: [LaneLabel]
    private let goesOn: [Bool]
    private let devices: Int
    /// Where the steps of VMs begin, and the manager's deaths.
    private let firstOfVMs: UInt32
    private let firstRestart: UInt32
    /// The labels with which a device comes back, and the number of each among them.
    private let restarts: [LaneLabel]
    private let restartNumbers: [UInt32]

    /// Nil: there are more than numbers.
    init?(_ automaton: LaneAutomaton, devices: Int) {
        labels = automaton.labels
        goesOn = labels.map(\.goesOn)
        self.devices = devices
        firstOfVMs = UInt32(devices * labels.count)
        firstRestart = firstOfVMs + UInt32(automaton.model.vms * ConversionStep.allCases.count)
        var restarts: [LaneLabel] = []
        restartNumbers = labels.map { label in
            guard label.isRestart else { return 0 }
            restarts.append(label)
            return UInt32(restarts.count - 1)
        }
        self.restarts = restarts
        var count = UInt32(1)
        for _ in 0..<devices where restarts.count > 1 {
            let (product, overflows) = count.multipliedReportingOverflow(by: UInt32(restarts.count))
            if overflows || product > .max - firstRestart { return nil }
            count = product
        }
    }

    func number(_ device: Int, _ label: UInt16) -> UInt32 { UInt32(device * labels.count) + UInt32(label) }

    func number(_ vm: Int, _ step: ConversionStep) -> UInt32 {
        firstOfVMs + UInt32(vm * ConversionStep.allCases.count) + UInt32(step.rawValue)
    }

    /// The number that deaths of the manager begin with, before any device is looked at.
    var noRestart: UInt32 { firstRestart }

    /// What the next device comes back with, behind those before it.
    func adding(_ label: UInt16, to number: UInt32) -> UInt32 {
        firstRestart + (number - firstRestart) * UInt32(restarts.count) + restartNumbers[Int(label)]
    }

    func label(_ number: UInt32) -> HostLabel {
        if number < firstOfVMs {
            return .device(Int(number) / labels.count, labels[Int(number) % labels.count])
        }
        if number < firstRestart {
            let (vm, step) = Int(number - firstOfVMs).quotientAndRemainder(dividingBy: ConversionStep.allCases.count)
            return .vm(vm, ConversionStep.allCases[step])
        }
        var rest = Int(number - firstRestart)
        var found: [LaneLabel] = []
        for _ in 0..<devices {
            found.append(restarts[rest % restarts.count])
            rest /= restarts.count
        }
        return .restarted(found.reversed())
    }

    /// Whether it happens once faults have stopped and nobody asks for anything.
    func goesOn(_ number: UInt32) -> Bool {
        number < firstOfVMs && goesOn[Int(number) % labels.count]
    }
}

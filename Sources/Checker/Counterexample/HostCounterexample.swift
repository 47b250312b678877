public import Assignment
public import IOMMU

/// How a rule is broken on a host: the steps of a search's shortest way, each with what the engine made of it.
public struct HostCounterexample: Sendable {
    /// One step.
    public struct Step: Sendable {
        /// What happened.
        public let what: What
        /// The assignment before it; nil for a step of a VM.
        public let before: AssignmentState?
        /// The assignment behind it; nil for a step of a VM, and where the rule was broken within the step.
        public let after: AssignmentState?
    }

    /// What happened, and to whom.
    public enum What: Hashable, Sendable {
        /// To a device, by its number from 0.
        case device(Int, LaneLabel)
        /// To a VM, by its number from 0.
        case vm(Int, ConversionStep)
    }

    /// Which rule is broken, and how.
    public let violation: Violation
    /// How DMA is routed.
    public let profile: RoutingProfile
    /// How many devices there are.
    public let devices: Int
    /// How many VMs there are.
    public let vms: Int
    /// Whether the devices are functions 0.
    public let isFunctionZero: Bool
    /// Whether they are functions of one device: the first is its function 0 if any is.
    public let areSiblings: Bool
    /// How many streams their bridge has; nil: enough.
    public let streams: Int?
    /// What is done, from the start on.
    public let steps: [Step]
    /// For a rule that is broken by never coming to rest: the first of the steps that can go on for ever.
    public let loop: Int?
}

extension HostCounterexample.What: CustomStringConvertible {
    /// One clause for a person.
    public var description: String {
        switch self {
        case .device(let device, let label): "device \(device): \(label)"
        case .vm(let vm, let step): "VM \(vm): \(step)"
        }
    }

    /// What happens to all together is one step to each device.
    fileprivate static func all(_ label: HostLabel) -> [Self] {
        switch label {
        case .device(let device, let label): [.device(device, label)]
        case .together(let labels): labels.enumerated().map { .device($0, $1) }
        case .vm(let vm, let step): [.vm(vm, step)]
        }
    }
}

extension HostCounterexample {
    /// Retells what a search found.
    init<Word: StateWord>(_ found: Counterexample<HostSystem<Word>>, on system: HostSystem<Word>) {
        let model = system.automaton.model
        let labels = found.steps.map { What.all($0.label) }
        violation = found.violation
        profile = model.profile
        devices = system.devices
        vms = model.vms
        isFunctionZero = model.isFunctionZero
        areSiblings = model.hasSiblings
        streams = model.streams
        steps = Retelling(model).steps(labels.flatMap(\.self), devices: system.devices, endsBroken: found.loop == nil)
        loop = found.loop.map { labels.prefix($0).reduce(0) { $0 + $1.count } }
    }
}

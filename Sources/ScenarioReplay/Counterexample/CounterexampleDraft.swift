internal import Assignment
public import Checker
internal import Emulator
internal import IOMMU
internal import PCIe
public import StrictYAML

extension ScenarioDraft {
    /// A counterexample of the checker as a scenario.
    ///
    /// The checker's steps are finer: what an owner does from a request until it rests is one act here, and what goes wrong on
    /// the way is put in its place before it begins. Throws ``YAMLError`` if no host can be described for it.
    public init(_ counterexample: HostCounterexample) throws(YAMLError) {
        let host = try CounterexampleHost(counterexample)
        var translation = CounterexampleTranslation(host)
        for step in counterexample.steps { translation.take(step) }
        let drafting = translation.drafting
        let violation = counterexample.violation
        let scenario = Scenario(
            file: "", title: "\(violation.rule.rawValue) is broken, \(violation.detail.prefix { $0 != ":" })",
            subject: .counterexample(violation.rule.rawValue), source: host.source, topology: host.topology,
            platform: host.platform, steps: drafting.steps)
        let way = counterexample.steps.enumerated().map { number, step in
            let mark = number == counterexample.loop ? " (from here on, for ever)" : ""
            return "  \(number + 1). \(step.what)\(mark)"
        }
        self = drafting.draft(
            of: scenario,
            preamble: ["A counterexample that tdispctl check found on \(counterexample.profile):"] + way
                + ["Broken: \(violation.detail)", ""])
    }
}

/// Makes acts of the checker's steps.
private struct CounterexampleTranslation {
    private let host: CounterexampleHost
    private var acts: [DraftAct] = []
    /// The act that is under way on each device.
    private var open: [Int: Int] = [:]
    /// Devices to which something happened that nobody asked about yet.
    private var unseen: Set<Int> = []
    /// What could not be carried over, to be told above the next act.
    private var losses: [String] = []
    /// Whether the page of a VM is shared.
    private var isShared: [Int: Bool] = [:]

    init(_ host: CounterexampleHost) { self.host = host }

    /// Every act behind what waits for it.
    var drafting: ScenarioDrafting {
        var drafting = ScenarioDrafting()
        for act in acts { drafting.add(act) }
        for loss in losses { drafting.lose(loss) }
        return drafting
    }

    mutating func take(_ step: HostCounterexample.Step) {
        switch step.what {
        case .vm(let vm, let conversion): convert(vm, conversion)
        case .device(let device, let label): take(label, on: device, step.before, step.after)
        }
    }

    private mutating func take(
        _ label: LaneLabel, on device: Int, _ before: AssignmentState?, _ after: AssignmentState?
    ) {
        let pending = before?.pending.name ?? .none
        switch label {
        case .asked(let request): ask(request, of: device, during: pending)
        case .ended(let effect, let ending): with(device) { $0.end(effect, ending, on: $1) }
        case .noticed(let observation, _): notice(observation, on: device, during: pending, before?.domain)
        case .happened(let happening): happen(happening, to: device, during: pending)
        case .restarted(let effect, let isDone): restart(device, during: effect, isDone, pending: pending)
        // A host does these by itself.
        case .landed, .invalidated, .deviceForgot, .pageAnswered, .resumed, .carriedOut: break
        case .shared(let event): take(event, on: device, during: pending)
        }
        guard let after else { return }
        let hasStarted = after.pending.name != pending || label.isAnOutcome
        if hasStarted, after.pending != .none { with(device) { $0.start(after.pending.name, on: $1) } }
        if after.phase.isResting { open[device] = nil }
    }

    private mutating func with(_ device: Int, _ change: (inout DraftAct, Place) -> Void) {
        if let index = open[device] { change(&acts[index], host.place(ofDevice: device)) }
    }

    private mutating func begin(_ act: Act, on device: Int) {
        if !open.isEmpty, open[device] == nil, let last = acts.indices.last {
            acts[last].lose("what follows begins while this is under way; here acts follow each other")
        }
        add(act)
        open[device] = acts.count - 1
        unseen.remove(device)
    }

    private mutating func add(_ act: Act) {
        acts.append(DraftAct(act))
        for loss in losses { acts[acts.count - 1].lose(loss) }
        losses = []
    }

    // MARK: What happens

    private mutating func ask(_ request: AssignmentEvent, of device: Int, during pending: EffectName) {
        let place = host.place(ofDevice: device)
        if open[device] != nil {
            return with(device) { act, _ in
                if request == .cancel, case .convert = act.act { return act.interrupt(.cancelAt, at: pending) }
                act.lose("\(LaneLabel.asked(request)) is asked during \(pending.rawValue)")
            }
        }
        switch request {
        case .convert(let domain, let orders):
            let act = ConvertAct(place: place, domain: host.domain(domain), orders: orders, isUnplanned: false)
            begin(.convert(act), on: device)
        case .release(let rest, let takes): begin(.release(place, to: rest, takeSiblings: takes), on: device)
        case .recover(let request): begin(.recover(place, request), on: device)
        case .cancel, .finished, .answered, .observed, .restarted, .foundShut: break
        }
    }

    private mutating func notice(
        _ observation: Observation, on device: Int, during pending: EffectName, _ domain: DomainID?
    ) {
        let place = host.place(ofDevice: device)
        let rumour = observation.rumour(of: place, in: domain.map(host.domain))
        guard open[device] == nil else {
            if let rumour { with(device) { $0.happen(rumour, during: pending, on: $1) } }
            return
        }
        let isToldApart = rumour != nil || !unseen.contains(device)
        begin(isToldApart ? .observe(place, observation) : .notices(place), on: device)
    }

    private mutating func happen(_ happening: LaneLabel.Happening, to device: Int, during pending: EffectName) {
        let place = host.place(ofDevice: device)
        guard let event = happening.event(at: place) else {
            return losses.append(happening.absence)
        }
        unseen.insert(device)
        guard open[device] == nil else { return with(device) { $0.happen(event, during: pending, on: $1) } }
        add(.event(event))
    }

    /// What concerns all functions of a device comes once for each of them.
    private mutating func take(_ event: SharedEvent, on device: Int, during pending: EffectName) {
        switch event {
        case .restarted: restart(device, during: pending, false, pending: pending)
        case .happened(let happening): if device == 0 { happen(happening, to: device, during: pending) }
        case .connectionLost: if device == 0, open.isEmpty { begin(.notices(host.place(ofDevice: device)), on: device) }
        case .disconnected: if device == 0 { disconnect(force: false) }
        case .disconnectedByForce: if device == 0 { disconnect(force: true) }
        case .connectionEnded, .connectionEndedUnheard, .resumed, .settled, .functionZeroReset, .siblingStands,
            .deviceReset, .portClosed, .asked, .askedForKeys:
            break
        }
    }

    private mutating func disconnect(force: Bool) {
        let dsm = host.place(ofDevice: 0).dsm
        if let last = acts.indices.last, !open.isEmpty { acts[last].lose("the connection is ended during it") }
        add(.disconnect(Place(function: dsm, dsm: dsm), force: force))
    }

    /// A manager that dies of what a notice asks for was at rest before it.
    private mutating func restart(
        _ device: Int, during effect: EffectName, _ isDone: Bool, pending: EffectName
    ) {
        let place = host.place(ofDevice: device)
        if effect != .none {
            if open[device] == nil { begin(.notices(place), on: device) }
            with(device) { act, place in
                // An effect that does not wait for the journal: what asked for it is not recorded, and may be any trouble.
                if effect != pending {
                    if pending != .none { act.end(pending, .lost, on: place) }
                    act.start(effect, on: place)
                }
                act.interrupt(isDone ? .crashAfter : .crashBefore, at: effect)
            }
            open[device] = nil
        }
        begin(.restart(place), on: device)
    }

    /// On a host a conversion completes as soon as nothing reaches its page any more.
    private mutating func convert(_ vm: Int, _ step: ConversionStep) {
        guard step == .complete else { return }
        let toShared = !(isShared[vm] ?? false)
        isShared[vm] = toShared
        let event = HostEvent.pagesConverted(
            host.domain(ofVM: vm), from: CounterexampleHost.convertiblePage, size: 4096, toShared: toShared)
        add(.event(event))
    }
}

extension LaneLabel {
    /// Whether an effect ended with it, so that the next one starts, even one of the same name.
    fileprivate var isAnOutcome: Bool {
        switch self {
        case .ended, .asked, .restarted: true
        case .noticed, .happened, .landed, .invalidated, .deviceForgot, .pageAnswered, .resumed, .carriedOut, .shared:
            false
        }
    }
}

internal import Assignment
internal import IOMMU
internal import TDISP

/// A step of a lane.
struct LaneStep {
    let label: LaneLabel
    let target: Target
    /// What the host must be like for it; nil: no matter.
    var condition: LaneCondition?
    /// The event that it is a part in; nil: it is a step of its own.
    var part: SharedEvent?
    /// The event that it brings about, in which the others take part; nil: none.
    var followed: SharedEvent?

    enum Target {
        case lane(Lane)
        case broken(Violation)
    }
}

/// Takes lanes apart into the values that the shipped functions know, steps those, and puts the lanes together again.
///
/// What the functions say is kept, so that each is asked once.
final class LaneStepper {
    let model: CheckerModel
    private(set) var assignments = Interned<AssignmentShape, AssignmentState>()
    private(set) var connections = Interned<ConnectionShape, ConnectionState>()
    private var operations: [Done: PlatformState?] = [:]
    private var routes: [PlatformState: Routes] = [:]
    private var pageAnswers: [Done: PageAnswered?] = [:]
    /// The steps of the lane that is being looked at.
    var steps: [LaneStep] = []
    private var faultsLeft: UInt8 = 0
    /// The event in which the lane takes part with all steps that are added; nil: none.
    private var part: SharedEvent?
    /// The event that all steps that are added bring about; nil: none.
    private var followed: SharedEvent?

    private struct Done: Hashable {
        let state: PlatformState
        let operation: PlatformOperation
    }

    init(_ model: CheckerModel) { self.model = model }

    /// A device that was never assigned.
    func initialLane() -> Lane {
        Lane(
            assignment: number(AssignmentState.initial), connection: number(ConnectionState.initial),
            isFunctionZero: model.isFunctionZero, faultsLeft: UInt8(clamping: model.faults ?? 0))
    }

    /// Takes part in an event with all steps that are added meanwhile.
    func taking(part event: SharedEvent, _ body: () -> Void) {
        part = event
        body()
        part = nil
    }

    /// Brings an event about with all steps that are added meanwhile.
    func bringing(_ event: SharedEvent, _ body: () -> Void) {
        followed = event
        body()
        followed = nil
    }

    /// Every step out of a lane.
    func steps(from lane: Lane) -> [LaneStep] {
        steps = []
        faultsLeft = lane.faultsLeft
        carryOut(lane)
        notice(lane)
        if lane.manager == .running {
            ask(lane)
        } else if !model.hasSiblings {
            resume(lane)
        }
        if model.hasCrashes { taking(part: .restarted) { crash(lane) } }
        if model.hasSiblings { takePart(lane) }
        makeWay(lane)
        answerPageRequests(lane)
        if model.hasFaults { happen(lane) }
        return steps
    }

    func add(_ label: LaneLabel, _ target: Lane, _ condition: LaneCondition? = nil) {
        guard isAllowed(label) else { return }
        var target = target
        target.faultsLeft = faultsLeft - (label.isFault && model.faults != nil ? 1 : 0)
        settle(&target)
        steps.append(step(label, .lane(target), condition))
    }

    func add(_ label: LaneLabel, _ violation: Violation, _ condition: LaneCondition? = nil) {
        guard isAllowed(label) else { return }
        steps.append(step(label, .broken(violation), condition))
    }

    private func step(_ label: LaneLabel, _ target: LaneStep.Target, _ condition: LaneCondition?) -> LaneStep {
        LaneStep(
            label: label, target: target, condition: condition, part: label.isRestart ? .restarted : part,
            followed: label.isRestart ? nil : followed)
    }

    private func isAllowed(_ label: LaneLabel) -> Bool { !label.isFault || model.faults == nil || faultsLeft > 0 }

    // MARK: The engine

    func state(_ lane: Lane) -> AssignmentState { assignments.values[Int(lane.assignment)] }
    func connection(_ lane: Lane) -> ConnectionState { connections.values[Int(lane.connection)] }

    func number(_ state: AssignmentState) -> UInt16 { assignments.number(of: state, AssignmentShape(state)) }
    func number(_ state: ConnectionState) -> UInt16 { connections.number(of: state, ConnectionShape(state)) }

    /// Feeds an event to the engine, judges what it makes of it, and adds the step.
    func feed(_ event: AssignmentEvent, to lane: Lane, _ label: LaneLabel, _ condition: LaneCondition? = nil) {
        switch fed(event, to: lane) {
        case .lane(let next):
            add(label, next, condition)
            let isAlone = part == nil && followed == nil && !label.isRestart
            if model.hasCrashes, next.manager == .running, isAlone { crashBeforeJournal(next, since: lane, condition) }
        case .broken(let violation): add(label, violation, condition)
        }
    }

    /// The lane after the engine took an event.
    func fed(_ event: AssignmentEvent, to lane: Lane) -> LaneStep.Target {
        let before = state(lane)
        let step = model.functions.engine(before, event)
        var next = lane
        next.memory.hear(before.pending, event)
        if isOvertaken(event, before, step) { next.memory.doubt(before.pending.name) }
        next.assignment = number(step.state)
        if step.effect != .none, step.effect.name != .refuse || step.state.pending != before.pending {
            next.isUnderWay = false
        }
        // Out of quarantine leads an operator's word, who knows what is in doubt.
        if step.state.phase == .quarantined { next.memory.doubtful = [] }
        if let violation = judge(before, event, step, next).violation {
            return .broken(self.violation(in: next) ?? violation)
        }
        return .lane(next)
    }

    /// The rule that a lane breaks by what it is.
    func violation(in lane: Lane) -> Violation? {
        LaneJudge(lane: lane, state: state(lane), routes: routes(of: lane), profile: model.profile).violation
    }

    private func judge(
        _ before: AssignmentState, _ event: AssignmentEvent, _ step: EngineStep, _ lane: Lane
    ) -> StepJudge {
        StepJudge(before: before, event: event, step: step, lane: lane, mayBeShut: model.hasCrashes)
    }

    private func isOvertaken(_ event: AssignmentEvent, _ before: AssignmentState, _ step: EngineStep) -> Bool {
        switch event {
        case .finished, .answered: false
        case .convert, .release, .recover, .cancel, .observed, .restarted, .foundShut:
            before.pending != .none && step.effect != .none && step.effect.name != .refuse
        }
    }

    // MARK: The platform

    /// Carries an operation out; false: the platform refuses, and the lane stays as it is.
    @discardableResult
    func perform(_ operation: PlatformOperation, on lane: inout Lane) -> Bool {
        for operation in model.functions.platform(operation) {
            guard let next = carriedOut(operation, on: lane.platform) else { return false }
            lane.platform = next
        }
        return true
    }

    /// Carries operations out one after the other, up to the first that the platform refuses.
    @discardableResult
    func perform(_ operations: [PlatformOperation], on lane: inout Lane) -> Bool {
        operations.allSatisfy { perform($0, on: &lane) }
    }

    private func carriedOut(_ operation: PlatformOperation, on state: PlatformState) -> PlatformState? {
        let key = Done(state: state, operation: operation)
        if let known = operations[key] { return known }
        let next = operation.carriedOut(on: state, model)
        operations[key] = .some(next)
        return next
    }

    /// What the device reaches; everything, where that cannot be worked out.
    func routes(of lane: Lane) -> Routes {
        if let known = routes[lane.platform] { return known }
        let found = (try? Routes(lane.platform, model)) ?? .everything
        routes[lane.platform] = found
        return found
    }

    // MARK: Pages of the VM

    private func settle(_ lane: inout Lane) {
        if lane.vm != nil, model.hasConversions { useMemory(&lane) }
        if lane.vm != nil { askForPage(&lane) }
        lane.settle()
    }

    /// The device uses the convertible page in every way in which it can.
    private func useMemory(_ lane: inout Lane) {
        perform(.use(.untrusted), on: &lane)
        if lane.device.tdi == .run, lane.device.isSecure { perform(.use(.trusted), on: &lane) }
    }

    /// The device asks for the page whenever it can: that it waits for an answer forbids nothing.
    private func askForPage(_ lane: inout Lane) {
        perform(.askForPage(.untrusted), on: &lane)
        if lane.device.tdi == .run, lane.device.isSecure { perform(.askForPage(.trusted), on: &lane) }
    }

    /// Whoever has to see to the page answers, asked or not, in time or late.
    private func answerPageRequests(_ lane: Lane) {
        guard lane.vm != nil else { return }
        for value in PlatformOperation.TBitValue.allCases {
            switch pageAnswered(value, lane.platform) {
            case .state(let platform)?:
                var next = lane
                next.platform = platform
                if next != lane { add(.pageAnswered(value), next) }
            case .broken(let violation)?: add(.pageAnswered(value), violation)
            case nil: break
            }
        }
    }

    private func pageAnswered(_ value: PlatformOperation.TBitValue, _ state: PlatformState) -> PageAnswered? {
        let key = Done(state: state, operation: .askForPage(value))
        if let known = pageAnswers[key] { return known }
        let found = try? PageAnswered(value.tBit, on: state, model)
        pageAnswers[key] = .some(found)
        return found
    }

    /// For a pending conversion what is in flight lands, and caches are emptied.
    private func makeWay(_ lane: Lane) {
        guard lane.platform.page.conversion != nil else { return }
        func step(_ operation: PlatformOperation, _ label: LaneLabel) {
            var next = lane
            guard perform(operation, on: &next), next != lane else { return }
            add(label, next)
        }
        step(.land, .landed)
        step(.invalidateUntrusted, .invalidated)
        step(.invalidateTrusted, .invalidated)
        step(.clearDeviceCache, .deviceForgot)
    }

    /// What becomes of a lane when its VM's page takes a step of a conversion; nil: it holds the step up.
    func converted(_ lane: Lane, _ step: ConversionStep) -> LaneStep.Target? {
        var next = lane
        guard perform(.convert(step), on: &next) else { return nil }
        guard step != .complete || next.platform.traces.isEmpty else {
            return .broken(Violation(.noConversionUnderDMA, "the page changed with \(next.platform.traces) left"))
        }
        settle(&next)
        return .lane(next)
    }
}

extension PlatformState.Traces: CustomStringConvertible {
    /// Their names.
    var description: String {
        let names: [(Self, String)] = [
            (.untrustedIOTLB, "T=0 in the IOTLB"), (.trustedIOTLB, "T=1 in the IOTLB"),
            (.untrustedATC, "T=0 in the ATC"),
            (.trustedATC, "T=1 in the ATC"), (.untrustedFlight, "T=0 in flight"), (.trustedFlight, "T=1 in flight"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}

internal import Assignment
internal import AssignmentService
internal import Emulator
internal import PCIe
internal import Synchronization

/// Takes down what happens, from wherever it is told, and holds the engine's rules against it.
final class TraceRecorder: Sendable {
    private struct Log {
        var step = 0
        var time: UInt64 = 0
        var entries: [TraceEntry] = []
        var states: [FunctionAddress: AssignmentState] = [:]
        var rules = EngineRules()
        var breach: Breach?
        var carriedOut: [(effect: EffectFault.Name, function: FunctionAddress)] = []
        var heard: [FunctionAddress] = []
    }

    private let log = Mutex(Log())

    /// The virtual time, as it was when the platform was last asked.
    var time: UInt64 {
        get { log.withLock { $0.time } }
        set { log.withLock { $0.time = newValue } }
    }

    /// Everything so far.
    var trace: Trace { log.withLock { Trace(entries: $0.entries) } }

    /// The state of each assignment after its last step.
    var states: [FunctionAddress: AssignmentState] {
        get { log.withLock { $0.states } }
        set { log.withLock { $0.states = newValue } }
    }

    /// The functions whose assignments moved in this step of the scenario.
    var moved: Set<FunctionAddress> {
        log.withLock { log in
            Set(
                log.entries.reversed().prefix { $0.step == log.step }.compactMap { entry in
                    if case .engine = entry.kind { entry.device } else { nil }
                })
        }
    }

    /// The first rule that was broken.
    var breach: Breach? { log.withLock { $0.breach } }

    /// The effects that reached the platform, in order.
    var carriedOut: [(effect: EffectFault.Name, function: FunctionAddress)] { log.withLock { $0.carriedOut } }

    /// An effect reaches the platform.
    func note(_ effect: EffectFault.Name, on function: FunctionAddress) {
        log.withLock { $0.carriedOut.append((effect, function)) }
    }

    /// The devices of which notices were heard, one for each, in order.
    var heard: [FunctionAddress] { log.withLock { $0.heard } }

    /// Notices of a device are on their way to a manager.
    func note(_ notices: [Notice], of dsm: FunctionAddress) {
        log.withLock { $0.heard += notices.map { _ in dsm } }
    }

    /// A rule was seen broken on the host.
    func note(_ breach: Breach?) {
        log.withLock { if $0.breach == nil { $0.breach = breach } }
    }

    /// A step of the scenario begins.
    func begin(step: Int) {
        log.withLock {
            $0.step = step
            $0.rules.beginStep()
        }
    }

    /// The entries of one step of the scenario about one function.
    func engineSteps(of function: FunctionAddress, in step: Int) -> [EngineStep] {
        log.withLock { log in
            log.entries.filter { $0.step == step && $0.device == function }.compactMap { entry in
                if case .engine(let step) = entry.kind { step } else { nil }
            }
        }
    }

    func record(_ report: StepReport) {
        let step = EngineStep(report)
        log.withLock { log in
            log.entries.append(
                TraceEntry(step: log.step, time: report.time, device: report.device, kind: .engine(step)))
            log.states[report.device] = report.state
            let breach = log.rules.take(step, of: report.device)
            if log.breach == nil { log.breach = breach }
        }
    }

    func record(_ step: ConnectionStep) {
        log.withLock { log in
            log.entries.append(
                TraceEntry(
                    step: log.step, time: step.time, device: step.dsm,
                    kind: .connection(
                        step.event, step.state.name, generation: step.state.generation, step.effect.name)))
        }
    }
}

extension EngineStep {
    fileprivate init(_ report: StepReport) {
        switch report.kind {
        case .started(let effect): what = .started(effect)
        case .ended(let effect, let outcome, _, _): what = .ended(effect, outcome)
        case .noticed(let observation): what = .noticed(observation)
        case .signalled(let signal, let suspicion):
            what = .signalled(
                signal.kind, signal.source, points: suspicion.points, standing: suspicion.standing.name)
        case .resting: what = .resting
        }
        before = report.phaseBefore
        phase = report.phase
        domain = report.state.domain
        epoch = report.state.lineage.epoch
        rekeyOwed = report.state.lineage.rekeyOwed
        cause = report.state.cause
    }
}

extension AssignmentState {
    /// Why the engine left the straight path, in the states that are on the way back.
    fileprivate var cause: FailureCause? {
        switch self {
        case .failed(let state): state.cause
        case .recovering(let state): state.cause
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .quarantined, .unknown:
            nil
        }
    }
}

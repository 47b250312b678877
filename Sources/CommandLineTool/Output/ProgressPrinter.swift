internal import Assignment
internal import AssignmentService
internal import PCIe
internal import Synchronization
internal import TDISP

/// Shows each step as it happens: on a terminal the running step is drawn and then completed in place; in a pipe, one plain
/// line for each step that ended.
final class ProgressPrinter: Sendable {
    private struct Running {
        let effect: EffectName
        let since: UInt64
    }

    private let running = Mutex<[FunctionAddress: Running]>([:])
    private let isLive: Bool
    private let isQuiet: Bool
    /// The only device asked for: what is about it needs no name in front.
    private let only: FunctionAddress?

    init(quiet: Bool, devices: [FunctionAddress]) {
        isQuiet = quiet
        only = devices.count == 1 ? devices.first : nil
        isLive = Console.isLive && devices.count == 1
    }

    /// Prints what a step report says.
    func print(_ report: StepReport) {
        guard !isQuiet else { return }
        switch report.kind {
        case .started(let effect):
            running.withLock { $0[report.device] = Running(effect: effect, since: report.time) }
            if isLive { Console.err(clear + line(report, report.phase, effect.sentence) + "...") }
        case .ended(let effect, let outcome, let detail, _):
            let started = running.withLock { $0.removeValue(forKey: report.device) }
            let time = started.map { $0.effect == effect ? Self.duration(report.time - $0.since) : "" } ?? ""
            let text = line(report, report.phaseBefore, effect.sentence)
            let result = "\(outcome.mark.padded(to: 7)) \(time.leftPadded(to: 7))  \(detail)"
            Console.err(clear + (text + result).trimmingTrailingSpaces + "\n")
        case .noticed(let observation): Console.err(clear + "\(prefix(report))! noticed: \(observation.sentence)\n")
        case .signalled(let signal, let suspicion): Console.err(clear + "\(prefix(report))\(signal.line(suspicion))\n")
        case .resting: Console.err(clear + "\(prefix(report))\(report.phase.rawValue)\n")
        }
    }

    /// Takes back what was drawn of the running step.
    private var clear: String { isLive ? "\r\u{1B}[K" : "" }

    private func prefix(_ report: StepReport) -> String { report.device == only ? "  " : "\(report.device)  " }

    private func line(_ report: StepReport, _ phase: Phase, _ what: String) -> String {
        "\(prefix(report))\(phase.rawValue.padded(to: 11)) \(what.padded(to: 56)) "
    }

    /// A time that a person reads: `12 ms`, `1.4 s`.
    static func duration(_ nanoseconds: UInt64) -> String {
        let microseconds = nanoseconds / 1000
        return switch microseconds {
        case 0..<1000: "\(microseconds) us"
        case 1000..<1_000_000: "\(microseconds / 1000) ms"
        default: "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10) s"
        }
    }
}

extension Outcome {
    /// One word.
    var mark: String {
        switch self {
        case .succeeded: "ok"
        case .failed: "FAILED"
        case .unknown: "UNKNOWN"
        }
    }
}

extension Observation {
    /// What was noticed, for a person.
    var sentence: String {
        switch self {
        case .state(let state): "the device answers \(state)"
        case .streamInsecure: "the IDE stream left Secure"
        case .sessionLost: "the SPDM session ended"
        case .deviceGone: "the device does not answer configuration reads"
        case .deviceReset: "somebody reset the function"
        case .domainStopped: "the domain stopped"
        case .hostdevRemoved: "somebody took the device out of the domain"
        case .driverTimeout: "the guest's driver does not answer"
        }
    }
}

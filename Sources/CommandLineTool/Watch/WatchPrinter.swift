internal import Assignment
internal import AssignmentService
internal import Foundation
internal import PCIe
internal import Synchronization
internal import TDISP

/// Prints a line for everything that a watcher and the owners behind it tell: for a person, or as one JSON object each.
final class WatchPrinter: Sendable {
    private let format: OutputFormat
    /// Where devices that fell are now.
    private let fallen = Mutex<[FunctionAddress: Phase?]>([:])
    /// The trouble that was told last, if nothing else was told since: it is not told each time that it is met.
    private let trouble = Mutex<String?>(nil)

    init(_ format: OutputFormat) { self.format = format }

    /// What is to be said at the end of a single look: devices that fell and were not brought home, or were put away.
    var failures: Failures? {
        let all: [(device: String, failure: Failure)] = fallen.withLock { $0 }.sorted { $0.key < $1.key }.compactMap {
            (device, phase) in
            if phase == .quarantined {
                return (
                    "\(device)", Failure(.quarantined, "\(device) is in quarantine", next: "tdispctl show \(device)")
                )
            }
            guard phase?.isResting != true else { return nil }
            let message = "\(device) fell out of private operation"
            return ("\(device)", Failure(.failed, message, next: "tdispctl recover \(device)"))
        }
        return all.isEmpty ? nil : Failures(all: all, areShown: format == .json)
    }

    func print(_ news: WatchNews) {
        let now = Clock.now
        switch news {
        case .watching(let count):
            let what = count == 1 ? "device" : "devices"
            write(WatchLine(.watching, at: now, "\(count) \(what) that may reach private memory"))
        case .signal(let tdi, let signal, let suspicion): write(.signal(tdi, signal, suspicion))
        case .failed(let tdi, let observation, let suspicion):
            fallen.withLock { $0[tdi] = .some(nil) }
            var line = WatchLine(.failed, of: tdi, at: now, "\(observation.sentence); \(suspicion.explanation)")
            (line.standing, line.points) = (suspicion.standing.name, suspicion.points)
            write(line)
        case .answered(let tdi, let report):
            write(
                WatchLine(
                    .asked, of: tdi, at: now,
                    report.state.map { "answers \($0)" } ?? "does not answer: \(report.detail)"))
        case .cut(let tdi, let attempt, let delay): write(.cut(tdi, attempt, delay, at: now))
        case .gap: write(WatchLine(.gap, at: now, "more was noticed than is kept: every device is asked"))
        case .unreachable(let message): write(WatchLine(.trouble, at: now, message))
        }
    }

    private func isNews(_ line: WatchLine) -> Bool {
        trouble.withLock { told in
            let now = line.event == .trouble ? line.text : nil
            defer { told = now }
            return now == nil || told != now
        }
    }

    /// A step of an owner.
    func print(_ report: StepReport) {
        func line(_ event: WatchLine.Event, _ text: String) -> WatchLine {
            var line = WatchLine(event, of: report.device, at: report.time, text)
            line.phase = report.phase.rawValue
            return line
        }
        switch report.kind {
        case .started(let effect):
            var line = line(.started, effect.sentence)
            line.effect = effect.rawValue
            write(line)
        case .ended(let effect, let outcome, let detail, _):
            var line = line(.ended, "\(effect.sentence): \(outcome.mark)\(detail.isEmpty ? "" : ", \(detail)")")
            (line.effect, line.outcome) = (effect.rawValue, outcome.mark)
            write(line)
        case .noticed(let observation): write(line(.noticed, observation.sentence))
        case .signalled: break
        case .resting:
            fallen.withLock { if $0.keys.contains(report.device) { $0[report.device] = report.phase } }
            write(line(.resting, report.phase.rawValue))
        }
    }

    /// A device with trusted DMA of which the record says nothing.
    func printStray(_ facts: FunctionFacts) {
        let answer = facts.state.map { "answers \($0)" } ?? "does not answer"
        write(
            WatchLine(
                .stray, of: facts.address, at: Clock.now,
                "\(answer), and nobody can account for that; it is watched: tdispctl recover \(facts.address)"))
    }

    /// Another manager holds the state directory.
    func printWaiting(_ message: String) { write(WatchLine(.waiting, at: Clock.now, message)) }

    /// Orders that nobody could carry out: what was cut stays cut, and the next manager hears of it.
    func printUndone(_ orders: [WatchOrder]) {
        for order in orders where order.isFall {
            let tdi = order.device.tdi
            let text =
                order.isCut
                ? "T=1 is cut, and it is not brought home: tdispctl recover \(tdi)"
                : "T=1 IS NOT CUT: take all memory that it ever reached for reachable, and stop its domain; "
                    + "then tdispctl recover \(tdi)"
            write(WatchLine(.undone, of: tdi, at: Clock.now, text))
        }
    }

    private func write(_ line: WatchLine) {
        guard isNews(line) else { return }
        switch format {
        case .table: Console.out(line.plain)
        case .json: Console.outJSONLine("WatchLine", line)
        }
    }
}

extension WatchLine {
    /// A sign of trouble, and what all of them come to.
    fileprivate static func signal(_ tdi: FunctionAddress, _ signal: Signal, _ suspicion: Suspicion) -> WatchLine {
        var line = WatchLine(
            .signal, of: tdi, at: signal.time,
            "\(signal.kind.sentence) (\(signal.kind.rawValue) at \(signal.source.rawValue)): "
                + "\(suspicion.points) points, \(suspicion.standing.name)")
        (line.signal, line.source) = (signal.kind.rawValue, signal.source.rawValue)
        (line.standing, line.points) = (suspicion.standing.name, suspicion.points)
        return line
    }

    /// One of the platform's cuts: whether it holds, and how long after the signal it was issued.
    fileprivate static func cut(
        _ tdi: FunctionAddress, _ attempt: CutAttempt, _ delay: UInt64, at time: UInt64
    ) -> WatchLine {
        let (rank, report) = (Int(attempt.rank.rawValue) + 1, attempt.report)
        let detail = report.detail.isEmpty ? "" : ", \(report.detail)"
        var line = WatchLine(
            .cut, of: tdi, at: time,
            "rank \(rank): \(report.outcome.mark)\(detail), issued \(ProgressPrinter.duration(delay)) after the signal")
        (line.outcome, line.rank, line.delay) = (report.outcome.mark, rank, delay / 1000)
        return line
    }
}

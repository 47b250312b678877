internal import Assignment
internal import Checker
internal import Foundation

/// What a check of one platform found.
struct CheckView: Encodable {
    let platform: String
    /// Why it ended: `complete`, `violation`, or what stopped it.
    let end: String
    /// Whether states may be left that nobody looked at.
    let isPartial: Bool
    let states: Int
    let transitions: Int
    let depth: Int
    /// What one device can go through.
    let deviceStates: Int
    /// How many of those are not like another; absent for one device.
    let unlikeDeviceStates: Int?
    let bytesPerState: Double
    let seconds: Double
    /// The most steps to rest from anywhere once faults have stopped.
    let stepsToRest: Int?
    /// The rule that is broken, and how.
    let rule: String?
    let violation: String?
    /// The shortest way there.
    let trace: [String]
    /// Where it was written.
    var counterexample: CounterexampleFiles?

    init(_ platform: String, _ report: HostCheck.Report, seconds: Double) {
        self.platform = platform
        end = report.end.rawValue
        isPartial = report.end.isPartial
        states = report.progress.states
        transitions = report.progress.transitions
        depth = report.progress.depth
        deviceStates = report.lanes
        unlikeDeviceStates = report.unlikeLanes
        bytesPerState = (report.progress.bytesPerState * 10).rounded() / 10
        self.seconds = (seconds * 10).rounded() / 10
        stepsToRest = report.stepsToRest
        rule = report.violation?.rule.rawValue
        violation = report.violation?.detail
        trace = report.trace
    }

    var text: String {
        var lines = ["\(platform): \(verdict)"]
        let rest = stepsToRest.map { ", at rest within \($0) steps" } ?? ""
        let unlike = unlikeDeviceStates.map { ", \($0) of them unlike" } ?? ""
        let size =
            "\(states) states (\(deviceStates) of one device\(unlike)), \(transitions) transitions, depth \(depth)"
        lines.append("  \(size)\(rest), \(seconds) s")
        for (number, step) in trace.enumerated() { lines.append("  \(number + 1). \(step)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var verdict: String {
        if let rule { return "BROKEN: \(rule): \(violation ?? "")" }
        return isPartial ? "NOT FINISHED (\(end)): no rule is broken in what was visited" : "no rule is broken"
    }
}

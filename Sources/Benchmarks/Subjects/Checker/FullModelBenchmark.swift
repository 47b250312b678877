import Checker

/// What the checker's search of the whole model costs: two devices with routing, conversions, a fault for both and deaths of
/// the manager, on one core.
enum FullModelBenchmark {
    static func figures() async throws -> [Figure] {
        let stretch = SearchStretch()
        let start = TimeSource.processor.now
        let report = await HostCheck(CheckerModel(faults: 1), devices: 2, cores: 1).run {
            if case .search(let progress) = $0 { stretch.note(progress) }
            return nil
        }
        try require(report.end == .complete, "the check ended: \(report.end)")
        let name = "two devices, a fault, deaths, conversions"
        let rate = Double(report.progress.transitions) / (stretch.end - stretch.start) * 1e9
        return [
            Figure(
                group: "checker", name: "\(name), states", value: Double(report.progress.states), unit: .states),
            Figure(
                group: "checker", name: "\(name), states of one device", value: Double(report.lanes), unit: .states),
            Figure(
                group: "checker", name: "\(name), steps followed, one core", value: rate, unit: .perSecond,
                target: .atLeast(2e6, rate)),
            Figure(
                group: "checker", name: "\(name), a state", value: report.progress.bytesPerState, unit: .bytes,
                target: .atMost(24, report.progress.bytesPerState)),
            Figure(
                group: "checker", name: "\(name), one device worked out", value: (stretch.start - start) / 1e6,
                unit: .milliseconds),
        ]
    }
}

/// When a search began and when it had followed all steps: what comes then, the ways to rest, follows no new ones.
private final class SearchStretch {
    private(set) var start = 0.0
    private(set) var end = 0.0
    private var transitions = -1

    func note(_ progress: SearchProgress) {
        if transitions < 0 { start = TimeSource.processor.now }
        guard progress.transitions != transitions else { return }
        transitions = progress.transitions
        end = TimeSource.processor.now
    }
}

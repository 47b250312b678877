import Checker

/// What the checker's search costs on the reduction of the engine that SPIN can be given too: all states of six devices
/// beside SPIN, what folding saves, what a state takes, and what a second core gives.
enum CheckerBenchmark {
    static func figures(promela folder: String) async throws -> [Figure] {
        try await besideSpin(folder) + wide() + secondCore() + FullModelBenchmark.figures()
    }

    /// Both on one core, in turns; of each the fastest, in processor time, which other work on the machine disturbs least.
    private static func besideSpin(_ folder: String) async throws -> [Figure] {
        let system = try reduction(6, isFolded: false)
        var (own, spin) = (0.0, 0.0)
        var progress = SearchProgress()
        for _ in 0..<2 {
            let start = TimeSource.processor.now
            progress = try await search(system, cores: 1)
            own = max(own, Double(progress.transitions) / (TimeSource.processor.now - start) * 1e9)
            let count = try SpinCount(devices: 6, folder: folder)
            // SPIN counts the step to the initial state.
            try require(
                count.states == progress.states && count.transitions == progress.transitions + 1,
                "SPIN found \(count.states) states and \(count.transitions) steps, the search \(progress)")
            spin = max(spin, Double(count.transitions) / count.seconds)
        }
        let folded = try await search(try reduction(6, isFolded: true), cores: 1)
        let saved = Double(progress.states) / Double(folded.states)
        return [
            Figure(
                group: "checker", name: "six devices, steps followed, one core", value: own, unit: .perSecond,
                target: .atLeast(3 * spin, own), reference: Reference("SPIN", spin, of: own)),
            Figure(
                group: "checker", name: "six devices, states, each found by both", value: Double(progress.states),
                unit: .states),
            Figure(
                group: "checker", name: "six devices, a state", value: progress.bytesPerState, unit: .bytes,
                target: .atMost(24, progress.bytesPerState)),
            Figure(
                group: "checker", name: "six devices, folding, fewer states", value: saved, unit: .ratio,
                target: .atLeast(200, saved)),
        ]
    }

    /// The same in words of 128 bits.
    private static func wide() async throws -> [Figure] {
        guard let system = Reduction<UInt128>(devices: 6, isFolded: false) else {
            throw NotDone("six devices in a word")
        }
        let start = TimeSource.processor.now
        let result = await system.search()
        let rate = Double(result.progress.transitions) / (TimeSource.processor.now - start) * 1e9
        try require(result.end == .complete, "the search ended: \(result.end)")
        return [
            Figure(
                group: "checker", name: "six devices in 128 bits, steps followed, one core", value: rate,
                unit: .perSecond),
            Figure(
                group: "checker", name: "six devices in 128 bits, a state", value: result.progress.bytesPerState,
                unit: .bytes),
        ]
    }

    /// A folded search of ten seconds or more, on one core and on two, in turns.
    private static func secondCore() async throws -> [Figure] {
        for devices in 12...16 {
            let system = try reduction(devices, isFolded: true)
            var pair = try await onOneAndTwo(system)
            guard pair.one >= 10e9 else { continue }
            var pairs = [pair]
            for _ in 1..<5 {
                pair = try await onOneAndTwo(system)
                pairs.append(pair)
            }
            let gain = median(pairs.map { $0.one / $0.two })
            let rate = Double(pair.transitions) / median(pairs.map(\.one)) * 1e9
            return [
                Figure(
                    group: "checker", name: "\(devices) devices folded, steps followed, one core", value: rate,
                    unit: .perSecond),
                Figure(
                    group: "checker", name: "\(devices) devices folded, two cores, faster", value: gain, unit: .ratio,
                    target: .atLeast(1.7, gain)),
            ]
        }
        throw NotDone("sixteen devices took less than ten seconds")
    }

    /// Nanoseconds on one core and on two.
    private static func onOneAndTwo(
        _ system: Reduction<UInt64>
    ) async throws -> (one: Double, two: Double, transitions: Int) {
        let start = TimeSource.wall.now
        let one = try await search(system, cores: 1)
        let middle = TimeSource.wall.now
        let two = try await search(system, cores: 2)
        let end = TimeSource.wall.now
        try require(one.states == two.states && one.transitions == two.transitions, "\(one) on one core, \(two) on two")
        return (middle - start, end - middle, one.transitions)
    }

    private static func reduction(_ devices: Int, isFolded: Bool) throws -> Reduction<UInt64> {
        guard let system = Reduction<UInt64>(devices: devices, isFolded: isFolded) else {
            throw NotDone("\(devices) devices in a word")
        }
        return system
    }

    private static func search(_ system: Reduction<UInt64>, cores: Int) async throws -> SearchProgress {
        let result = await system.search(cores: cores)
        try require(result.end == .complete, "the search ended: \(result.end)")
        return result.progress
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

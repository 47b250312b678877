import ScenarioReplay

/// Scenario files, read and replayed, each on a host of its own.
enum ScenarioBenchmark {
    static func figures(from folder: String) async throws -> [Figure] {
        let files = try ScenarioFiles.find([folder])
        let clock = ContinuousClock()
        var (fastest, fastestReading, steps) = (Double.infinity, Double.infinity, 0)
        for _ in 0..<3 {
            var reading = Duration.zero
            let start = clock.now
            steps = 0
            for file in files {
                let beginning = clock.now
                let scenario = try Scenario(contentsOfFile: file)
                reading += beginning.duration(to: clock.now)
                let result = await ScenarioRunner.run(scenario)
                try require(result.passed, result.summary)
                steps += result.stepCount
            }
            fastest = min(fastest, start.duration(to: clock.now).nanoseconds)
            fastestReading = min(fastestReading, reading.nanoseconds)
        }
        let perSecond = Double(files.count) * 1e9 / fastest
        return [
            Figure(
                group: "scenarios", name: "\(files.count) files read and replayed, \(steps) steps", value: perSecond,
                unit: .perSecond,
                reference: Reference("reading them alone", Double(files.count) * 1e9 / fastestReading, of: perSecond))
        ]
    }
}

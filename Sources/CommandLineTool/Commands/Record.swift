internal import ArgumentParser
internal import Emulator
internal import EmulatorProcess
internal import Journal
internal import PCIe
internal import ScenarioReplay
internal import StrictYAML

/// `tdispctl record`
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Print what the journal recorded as a scenario, which 'tdispctl replay' replays.",
        discussion: """
            What was asked becomes an act, what failed a fault that waits for it, what was noticed an event; what came of it \
            is what the replay expects. What a scenario cannot say stands in it as a comment, and on standard error.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Devices (ssss:bb:dd.f); default: all.", valueName: "device"),
        completion: DeviceArgument.completion, transform: DeviceArgument.parse)
    var devices: [FunctionAddress] = []

    @Option(
        help: ArgumentHelp(
            "Only the newest acts (what was asked, noticed, taken up); what went before is brought about in short.",
            valueName: "count"))
    var last: Int?

    func validate() throws {
        guard last.map({ $0 > 0 }) ?? true else { throw ValidationError("--last is at least 1") }
    }

    func run() async throws {
        try await reporting(options) {
            let steps: [RecordedStep]
            do {
                steps = try recordedSteps(Journal.openForReading(in: try StateDirectory(at: options.directory)))
            } catch let error as JournalError {
                throw Failure(error)
            }
            let (topology, source) = try await topology()
            let draft = ScenarioDraft(
                recording: steps, on: topology, source: source, of: devices.isEmpty ? nil : Set(devices), last: last)
            guard draft.scenario.stepCount > 0 else {
                let whom = devices.isEmpty ? "any device" : devices.map(\.description).joined(separator: ", ")
                throw Failure(.notFound, "nothing is recorded of \(whom)", next: "tdispctl list")
            }
            for loss in draft.losses { Console.err("tdispctl: not carried over: \(loss)\n") }
            Console.out(draft.text)
        }
    }

    private func recordedSteps(_ journal: Journal) throws(JournalError) -> [RecordedStep] {
        var steps: [RecordedStep] = []
        for entry in try journal.history() {
            switch try entry.content() {
            case .assignment(let step): steps.append(.assignment(step))
            case .connection(let step): steps.append(.connection(step))
            case .note: break
            }
        }
        return steps
    }

    /// The topology that is named, or that of the emulated host that runs.
    private func topology() async throws -> (Topology, source: String) {
        let source: String
        if let named = options.topology {
            source = named
        } else {
            source = try await EmulatedHosts.running(options).greeting.source
        }
        do throws(YAMLError) { return (try Topology(named: source), source) } catch {
            throw Failure(.usage, "\(error)")
        }
    }
}

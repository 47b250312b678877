internal import ArgumentParser
internal import Assignment
internal import Checker
internal import Foundation
internal import IOMMU

/// `tdispctl check`
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Visit every state that engine, devices and IOMMU can reach, and hold it against the rules.",
        discussion: """
            First finds out what one device can go through, then searches what several do side by side. The machines are those that everything else uses. Whatever can happen is tried in every order: what an operator \
            asks, how effects end, what devices, guests and host do unasked, deaths of the manager, conversions of pages. \
            Prints a line for each platform; a broken rule comes with the shortest way to it, written as a scenario for \
            'tdispctl replay' and as a picture (--counterexamples). Exit code 1 when a rule is broken, 3 when a search did not finish: then nothing is said of what it did not visit.
            """)

    @Option(
        help: ArgumentHelp(
            "The platforms, such as sev-tio or arm-cca/split; all if none is named.", valueName: "name|all"),
        transform: PlatformArgument.parse)
    var profile: PlatformArgument = PlatformArgument(profiles: RoutingProfile.all)

    @Option(help: ArgumentHelp("Devices, all alike.", valueName: "count"))
    var devices = 1

    @Flag(help: "Two functions of one device, which share session, stream and fate, instead of --devices.")
    var siblings = false

    @Flag(help: "The devices are virtual functions: a reset leaves the session alone, which that of function 0 ends.")
    var virtualFunctions = false

    @Option(
        help: ArgumentHelp("IDE streams of the bridge that all devices are under, if not one each.", valueName: "count")
    )
    var streams: Int?

    @Option(help: ArgumentHelp("Virtual machines.", valueName: "count"))
    var vms = 1

    @Option(
        help: ArgumentHelp(
            "How many things may go wrong on one way, with whichever device; 'any' for no limit.",
            valueName: "count|any"),
        transform: Check.count)
    var faults: FaultCount = FaultCount(limit: 1)

    @Flag(inversion: .prefixedNo, help: "The manager may die at any step, and start again.")
    var crashes = true

    @Flag(inversion: .prefixedNo, help: "Guests convert pages between private and shared.")
    var conversions = true

    @Option(
        help: ArgumentHelp(
            "Go so many steps from the start. What one device can go through is found out whole before.",
            valueName: "steps"))
    var depth: Int?

    @Option(help: ArgumentHelp("Stop each search after so long.", valueName: "seconds"))
    var time: Double?

    @Option(help: ArgumentHelp("Memory for the states of each search.", valueName: "MiB"))
    var memory = 4096

    @Option(help: ArgumentHelp("Cores to search on.", valueName: "count"))
    var cores = max(1, ProcessInfo.processInfo.activeProcessorCount)

    @Option(
        help: ArgumentHelp(
            "Where the way to a broken rule is written, as a scenario and as a picture.", valueName: "folder"),
        completion: .directory)
    var counterexamples = "."

    @Option(name: [.short, .long], help: "How results are printed.")
    var output: OutputFormat = .table

    @Flag(name: [.short, .long], help: "Print no progress.")
    var quiet = false

    /// How many things may go wrong; nil: any number.
    struct FaultCount { let limit: Int? }

    private static func count(_ text: String) throws -> FaultCount {
        if text == "any" { return FaultCount(limit: nil) }
        guard let limit = Int(text), (0...Int(UInt8.max)).contains(limit) else {
            throw ValidationError("'\(text)' is neither a count up to 255 nor 'any'")
        }
        return FaultCount(limit: limit)
    }

    func validate() throws {
        for (name, value) in [("devices", devices), ("vms", vms), ("cores", cores)] where !(1...64).contains(value) {
            throw ValidationError("--\(name) takes 1 to 64")
        }
        guard !siblings || devices == 1 else { throw ValidationError("--siblings are two; it goes without --devices") }
        guard !siblings || !virtualFunctions else { throw ValidationError("--siblings are one of each kind") }
        guard !siblings || streams == nil else { throw ValidationError("--siblings share one stream") }
        guard streams.map({ $0 >= 0 }) ?? true else { throw ValidationError("--streams is at least 0") }
        guard vms <= 4 else { throw ValidationError("--vms takes 1 to 4") }
        guard memory > 0, memory <= 1 << 20 else { throw ValidationError("--memory takes 1 to 1048576 MiB") }
        guard depth.map({ $0 > 0 }) ?? true else { throw ValidationError("--depth is at least 1") }
        guard time.map({ $0 > 0 && $0.isFinite }) ?? true else { throw ValidationError("--time is more than 0") }
    }

    func run() async throws {
        try await reporting(output) {
            try CounterexampleFiles.requirePlace(in: counterexamples)
            let interruption = Interruption()
            let views = try await interruption.during { () async throws(Failure) in
                try await search(interruption)
            } heard: { signal, earlier in
                if earlier > 0 { Interruption.obey(signal) }
            }
            if output == .json { Console.outJSON("CheckList", views) }
            if views.contains(where: { $0.rule != nil }) { throw ExitStatus.failed.exitCode }
            if views.contains(where: \.isPartial) { throw ExitStatus.unknown.exitCode }
        }
    }

    private func search(_ interruption: Interruption) async throws(Failure) -> [CheckView] {
        var views: [CheckView] = []
        for profile in profile.profiles {
            guard !interruption.happened else {
                Console.err("\(profile): not begun\n")
                continue
            }
            views.append(try await check(model(profile), interruption))
        }
        return views
    }

    /// What is modelled on a platform.
    func model(_ profile: RoutingProfile) -> CheckerModel {
        CheckerModel(
            profile, vms: vms, faults: faults.limit, hasCrashes: crashes, hasConversions: conversions,
            isFunctionZero: !virtualFunctions, hasSiblings: siblings, streams: streams)
    }

    /// Checks one model, and writes the way to a rule that it finds broken.
    func check(_ model: CheckerModel, _ interruption: Interruption) async throws(Failure) -> CheckView {
        let name = "\(model.profile)"
        let check = HostCheck(
            model, devices: siblings ? 2 : devices, limits: SearchLimits(depth: depth, bytes: memory << 20),
            cores: cores)
        let watch = CheckWatch(
            name: name, limit: time, isLive: Console.isLive && !quiet, interruption: interruption)
        let report = await check.run { watch.look(at: $0) }
        var view = CheckView(name, report, seconds: watch.finish())
        if output == .table { Console.out(view.text) }
        if let found = report.counterexample {
            let files = try CounterexampleFiles(found, into: counterexamples)
            if output == .table { Console.out(files.text) }
            view.counterexample = files
        }
        return view
    }
}

/// Looks at a search while it runs: its time, an interrupt, and a line on the terminal.
private struct CheckWatch {
    let name: String
    let limit: Double?
    let isLive: Bool
    let interruption: Interruption
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now

    init(name: String, limit: Double?, isLive: Bool, interruption: Interruption) {
        self.name = name
        self.limit = limit
        self.isLive = isLive
        self.interruption = interruption
    }

    private var seconds: Double { start.duration(to: clock.now) / .seconds(1) }

    func look(at progress: HostCheck.Progress) -> SearchEnd? {
        if isLive { Console.err("\r\u{1B}[K\(name): \(progress.words)") }
        if interruption.happened { return .interrupted }
        return limit.map { seconds > $0 } ?? false ? .time : nil
    }

    func finish() -> Double {
        if isLive { Console.err("\r\u{1B}[K") }
        return seconds
    }
}

extension HostCheck.Progress {
    fileprivate var words: String {
        switch self {
        case .device(let count): "\(count) states of one device"
        case .folding: "states of one device that are alike..."
        case .search(let search):
            "\(search.states) states, \(search.transitions) transitions, depth \(search.depth)"
        }
    }
}

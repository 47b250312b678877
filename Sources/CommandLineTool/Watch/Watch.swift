internal import ArgumentParser
internal import Assignment
internal import AssignmentService
internal import PCIe

/// `tdispctl watch`
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch devices in private operation; cut and recover those that fall out of it.",
        discussion: """
            Listens to what the host notices, and asks every device for its state in turn. What is believed to have fallen is \
            cut at once, and brought home as its orders say (convert --convert-again). A line for each signal, decision and \
            step. The state directory is locked only while a device is brought home. Ctrl-C ends it; devices in private \
            operation stay as they are.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp(
            "Devices (ssss:bb:dd.f); all that are in private operation if none is named.", valueName: "device"),
        completion: DeviceArgument.completion, transform: DeviceArgument.parse)
    var devices: [FunctionAddress] = []

    @Option(
        help: ArgumentHelp(
            "Time between two rounds of questions, of up to 64 devices each.", valueName: "seconds"))
    var interval: Double = 1

    @Flag(help: "Look once: what was noticed and nobody has taken, and every device's answer.")
    var once = false

    @Flag(help: "Tell only: nothing is cut, recovered or recorded.")
    var noRecover = false

    func validate() throws {
        guard (0.01...3600).contains(interval) else { throw ValidationError("--interval takes 0.01 to 3600 seconds") }
    }

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .looking)
            for device in devices { _ = try session.function(device) }
            let printer = WatchPrinter(options.output)
            let interruption = Interruption()
            let reader = RecordReader(session, directory: try options.directory, only: devices.unique, printer)
            let repair = WatchRepair(
                options: options, printer: printer, interruption: interruption, isPatient: !once)
            var settings = Watcher.Settings()
            settings.interval = .seconds(interval)
            settings.acts = !noRecover
            let watcher = Watcher(
                Watcher.Surroundings(
                    platform: session.host, feed: session.host, now: { Clock.now },
                    recorded: { await reader.changedDevices() }, carryOut: { await repair.carryOut($0) },
                    report: { printer.print($0) }), settings)
            await interruption.during {
                if once { await watcher.runOnce() } else { await watcher.run() }
            } heard: { _, _ in
                Task { await watcher.stop() }
            }
            guard once else { return }
            if let failures = printer.failures { throw failures }
            if let trouble = await reader.trouble { throw Afterthought(failure: trouble) }
        }
    }
}

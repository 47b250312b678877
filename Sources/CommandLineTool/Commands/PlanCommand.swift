internal import ArgumentParser
internal import Assignment
internal import PCIe

/// `tdispctl plan`
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a conversion would meet and do: every precondition, every effect, who is taken along.",
        discussion: "Changes nothing. The effects are those that convert issues: both come from the same engine.")

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Devices (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var devices: [FunctionAddress]

    @Option(help: ArgumentHelp("The domain, by name or UUID.", valueName: "name"))
    var domain: String

    func validate() throws {
        guard !devices.isEmpty else { throw ValidationError("name at least one device") }
    }

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .reading)
            let domain = try session.domain(domain)
            let plans = try devices.unique.map { try session.planConversion(of: try session.function($0), to: domain) }
            try PlanPrinter(session, options).print(plans)
        }
    }
}

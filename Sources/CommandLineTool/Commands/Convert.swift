internal import ArgumentParser
internal import Assignment
internal import ForeignDevice
internal import PCIe

/// `tdispctl convert`
struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Convert devices to private operation for a confidential domain.",
        discussion: """
            From the host or from shared operation: driver off, connected, put into the domain, locked, evidence judged, \
            accepted, probed. A conversion that fails ends where it began, or in quarantine. Ctrl-C turns it back.

            With --endpoint, the protocol is driven with a device of any make, from certificates to RUN and back. There is \
            no domain and no IOMMU then, and nothing becomes private.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Devices (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var devices: [FunctionAddress]

    @Option(help: ArgumentHelp("The confidential domain, by name or UUID.", valueName: "name"))
    var domain: String?

    @OptionGroup(title: "A device at an endpoint") var endpoint: EndpointOptions

    @Flag(help: "Show the plan and change nothing.")
    var plan = false

    @Flag(help: "After a later failure, convert again from scratch instead of resting in shared operation.")
    var convertAgain = false

    @Option(
        help: ArgumentHelp(
            "Convert again after so many recoveries at most (3), each after a longer pause.", valueName: "count"))
    var recoveryLimit: UInt8?

    @Flag(help: "Allow recovery to reset the whole device, which takes its siblings along.")
    var allowConventionalReset = false

    func validate() throws {
        guard !devices.isEmpty else { throw ValidationError("name at least one device") }
        guard convertAgain || recoveryLimit == nil else {
            throw ValidationError("--recovery-limit belongs to --convert-again")
        }
        guard endpoint.endpoint != nil else {
            guard domain != nil else { throw ValidationError("Missing expected argument '--domain <name>'") }
            return
        }
        guard domain == nil, !plan, !convertAgain, !allowConventionalReset else {
            throw ValidationError("at an endpoint there is no domain to convert for, and nothing to plan or recover")
        }
        guard devices.count == 1 else { throw ValidationError("there is one device at an endpoint") }
    }

    func run() async throws {
        try await reporting(options) {
            if let url = endpoint.endpoint {
                return try await EndpointConversation(
                    options: endpoint, endpoint: url, output: options.output, isQuiet: options.quiet
                ).run(.convert, devices[0])
            }
            let session = try await Session.open(options, plan ? .reading : .changing(command: "convert"))
            let domain = try session.domain(domain ?? "")
            let targets = try devices.unique.map { try session.function($0) }
            let orders = StandingOrders(
                convertAgain: convertAgain, allowConventionalReset: allowConventionalReset,
                recoveryLimit: recoveryLimit ?? StandingOrders().recoveryLimit
            )
            if plan {
                return try PlanPrinter(session, options).print(
                    try targets.map { try session.planConversion(of: $0, to: domain, orders) })
            }
            try await Operation(session: session, options: options, verb: .convert(domain)).run(targets) {
                target throws(Failure) in
                if let failure = session.failure(of: try session.planConversion(of: target, to: domain, orders)) {
                    throw failure
                }
                return .convert(domain.id, orders)
            }
        }
    }
}

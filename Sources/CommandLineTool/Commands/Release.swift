internal import ArgumentParser
internal import Assignment
internal import PCIe

/// `tdispctl release`
struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Take devices out of private operation and give them back to the host.",
        discussion: """
            Driver off, cut, STOP, reset, proof of return; then out of the domain with new stream keys, or with --keep \
            back to shared operation in the same domain, its untrusted mappings restored.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Devices (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var devices: [FunctionAddress]

    @Flag(help: "Stay in the domain, in shared operation.")
    var keep = false

    @Flag(help: "Let locked siblings fall that a reset of the device takes along; each is recovered.")
    var takeSiblings = false

    @Flag(help: "Show the plan and change nothing.")
    var plan = false

    func validate() throws {
        guard !devices.isEmpty else { throw ValidationError("name at least one device") }
    }

    func run() async throws {
        let rest: Rest = keep ? .attached : .available
        try await reporting(options) {
            let session = try await Session.open(options, plan ? .reading : .changing(command: "release"))
            let targets = try devices.unique.map { try session.function($0) }
            if plan {
                return try PlanPrinter(session, options).print(
                    try targets.map { try session.planRelease(of: $0, to: rest, takeSiblings: takeSiblings) })
            }
            try await Operation(session: session, options: options, verb: .release).run(targets) {
                target throws(Failure) in
                let plan = try session.planRelease(of: target, to: rest, takeSiblings: takeSiblings)
                if let failure = session.failure(of: plan) { throw failure }
                return .release(to: rest, takeSiblings: takeSiblings)
            }
        }
    }
}

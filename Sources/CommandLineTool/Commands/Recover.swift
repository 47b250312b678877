internal import ArgumentParser
internal import Assignment
internal import PCIe

/// `tdispctl recover`
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Bring devices home that failed, were interrupted, or are in quarantine.",
        discussion: """
            The cut first; then STOP, reset, identity, configuration space, proof, untrusted mappings. Where the journal \
            cannot be used, the cut alone. A device that is locked, and that nobody has recorded, is adopted. One that was \
            interrupted is asked where it is. One in quarantine needs --from-quarantine: your word why, which goes into its \
            history. One in private operation that answers as it should needs --anyway: it would lose what it has.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Devices (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var devices: [FunctionAddress]

    @Flag(help: "Show the plan and change nothing.")
    var plan = false

    @Option(help: ArgumentHelp("Lead devices out of quarantine, for this reason.", valueName: "why"))
    var fromQuarantine: String?

    @Flag(
        help:
            "Another card or other firmware is in the slot, and you know of it: take its identity for the device's own."
    )
    var acceptIdentity = false

    @Flag(help: "Recover devices with which nothing is wrong as well.")
    var anyway = false

    @Flag(name: .customLong("convert"), help: "Convert again afterwards.")
    var convertAgain = false

    @Flag(help: "Allow a reset of the whole device, which takes its siblings along.")
    var allowConventionalReset = false

    @Flag(help: "Let locked siblings fall that a reset of the device takes along; each is recovered.")
    var takeSiblings = false

    func validate() throws {
        guard let why = fromQuarantine else {
            guard !devices.isEmpty else { throw ValidationError("name at least one device") }
            return
        }
        guard !devices.isEmpty, why.isOneLine else {
            throw ValidationError(
                "--from-quarantine takes the reason first, then devices: 'card reseated' 0000:3b:00.1")
        }
    }

    func run() async throws {
        try await reporting(options) {
            let session: Session
            do {
                session = try await Session.open(options, plan ? .reading : .changing(command: "recover"))
            } catch let trouble as Failure where trouble.isOfJournal && !plan {
                throw try await CutWithoutRecord(options: options, anyway: anyway).cut(devices.unique, trouble)
            }
            let targets = try devices.unique.map { try session.function($0) }
            let request = RecoveryRequest(
                fromQuarantine: fromQuarantine != nil, convertAgain: convertAgain,
                allowConventionalReset: allowConventionalReset, acceptIdentity: acceptIdentity,
                takeSiblings: takeSiblings)
            let all = Set(devices)
            if plan {
                return try PlanPrinter(session, options).print(
                    try targets.map { try session.planRecovery(of: $0, request, besides: all) })
            }
            try await Operation(session: session, options: options, verb: .recover).run(targets) {
                target throws(Failure) in
                let state = try session.recorded().assignments[target.address] ?? .initial
                if !anyway, target.isSoundlyPrivate(state) { throw nothingWrong(target, state, session) }
                let plan = try session.planRecovery(of: target, request, besides: all)
                // One in shared operation is adopted as it is, which is no step of the engine.
                let isAdoptedOnly = target.isUnrecordedGuest(state) && plan.blocking.isEmpty
                if !isAdoptedOnly, let failure = session.failure(of: plan) { throw failure }
                if let why = fromQuarantine, let reason = state.quarantineReason {
                    try session.note("led out of quarantine (\(reason.rawValue)): \(why)", on: target.address)
                }
                return .recover(request)
            }
        }
    }

    private func nothingWrong(_ target: FunctionFacts, _ state: AssignmentState, _ session: Session) -> Failure {
        Failure(
            .refused, "nothing is wrong with \(target.address): it is recorded private and answers RUN",
            place: state.place(of: target.address, domainName: session.name(of: state.domain)),
            next: "tdispctl release \(target.address); or tdispctl recover --anyway \(target.address)")
    }
}

extension String {
    /// Whether it says something, in one line.
    fileprivate var isOneLine: Bool { !allSatisfy(\.isWhitespace) && !contains(where: \.isNewline) }
}

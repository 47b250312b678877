internal import ArgumentParser
internal import Assignment
internal import AssignmentService
internal import PCIe

/// `tdispctl disconnect`
struct Disconnect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect", abstract: "End the connection of a device's DSM, and give its IDE stream back.",
        discussion: """
            The connection outlives a release, so that the next conversion is quick; its stream counts against the budget \
            of the host bridge until it is ended. It is shared by all functions of the device: while one of them is locked \
            or in private operation it is refused, unless --force says that they may all fall out of it.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("Any function of the device (ssss:bb:dd.f).", valueName: "device"),
        completion: DeviceArgument.completion, transform: DeviceArgument.parse)
    var device: FunctionAddress

    @Flag(help: "Take locked interfaces along: cut, then recovered one by one.")
    var force = false

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .changing(command: "disconnect"))
            let dsm = try session.function(device).ownerAddress
            try session.requireDisconnect(of: dsm, force: force)
            let printer = ProgressPrinter(quiet: options.quiet, devices: [dsm])
            let report = await (try session.service { printer.print($0) }).disconnect(dsm, force: force)
            let unwritten = session.close()
            guard report.outcome == .succeeded else {
                throw Failure(
                    .busy, "the connection of \(dsm) is not ended", seen: report.detail, next: "tdispctl show \(dsm)")
            }
            if let unwritten { throw unwritten }
            if options.output == .json { Console.outJSON("Disconnection", [DisconnectionView(dsm: dsm.description)]) }
            if options.output == .table { Console.out("the connection of \(dsm) is ended; its IDE stream is free\n") }
        }
    }
}

/// A connection that was ended, as JSON.
struct DisconnectionView: Encodable {
    let dsm: String
}

internal import ArgumentParser
internal import ForeignDevice
internal import PCIe

/// `tdispctl attest`
struct Attest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attest",
        abstract: "Ask the device at an endpoint who it is and what it measures, and check its proof.",
        usage: "tdispctl attest <device> --endpoint <url> [--trust <file|digest>] [<options>]",
        discussion: """
            SPDM from VERSION to signed measurements, and its certificate chain. No session is opened and no interface is \
            touched.
            """)

    @Argument(
        help: ArgumentHelp("The device's function (ssss:bb:dd.f), as it knows it.", valueName: "device"),
        transform: DeviceArgument.parse)
    var device: FunctionAddress

    @OptionGroup var endpoint: EndpointOptions

    @Option(name: [.short, .long], help: "How results are printed.")
    var output: OutputFormat = .table

    @Flag(name: [.short, .long], help: "Print no progress.")
    var quiet = false

    func validate() throws {
        guard endpoint.endpoint != nil else { throw ValidationError("attest needs --endpoint") }
        guard endpoint.keylog == nil, endpoint.port == nil, !endpoint.probe, endpoint.psk == nil, endpoint.key == nil
        else {
            throw ValidationError(
                "attest opens no session: --keylog, --port, --probe, --psk, --certificates and --key are for convert")
        }
    }

    func run() async throws {
        try await reporting(output) {
            guard let url = endpoint.endpoint else { return }
            try await EndpointConversation(options: endpoint, endpoint: url, output: output, isQuiet: quiet)
                .run(.attest, device)
        }
    }
}

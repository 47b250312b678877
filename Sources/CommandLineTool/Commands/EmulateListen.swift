internal import ArgumentParser
internal import Emulator
internal import EmulatorProcess
internal import Foundation
internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import SPDMTransport
internal import StrictYAML
internal import TDISP

/// `tdispctl emulate --listen`: one emulated device, for other people's requesters.
struct EmulateListen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen", abstract: "Serve one emulated device at an endpoint, to any SPDM requester.",
        usage: "tdispctl emulate --listen <address> [--topology <name|file>] [--device <device>] [<options>]",
        discussion: """
            Speaks the socket protocol of the DMTF's emulators, with one client after the other; one that sends no object \
            within 10 seconds has to go. The device has a certificate chain of its own, whose root's digest is printed, or \
            yours. Every change of an interface's state is printed, and why a client's proof of who it is was refused. When \
            a client leaves, its session ends, and interfaces that it left locked go to ERROR until somebody stops them. \
            Ends with Ctrl-C, or when a client sends SHUTDOWN.
            """,
        shouldDisplay: false)

    @Option(
        help: ArgumentHelp(
            "Where to listen.",
            discussion: "HOST:PORT (port 0: any that is free), spdm-emu+unix:///PATH or spdm-emu+stdio:",
            valueName: "address"),
        transform: { text in
            do throws(Endpoint.ParseError) { return try Endpoint(listeningAt: text) } catch {
                throw ValidationError(error.description)
            }
        })
    var listen: Endpoint?

    @Option(
        help: ArgumentHelp(
            "The topology that the device is in: 'demo', or a YAML file. Default: demo.", valueName: "name|file"))
    var topology: String?

    @Option(
        help: ArgumentHelp(
            "The device, by any of its functions. Default: the first with TDISP.", valueName: "device"),
        transform: DeviceArgument.parse)
    var device: FunctionAddress?

    @Option(
        help: ArgumentHelp(
            "Show this certificate chain.",
            discussion: "PEM, or DER certificates one behind the other; the root first.", valueName: "file"))
    var certificates: String?

    @Option(
        help: ArgumentHelp(
            "The private key of its last certificate; alone, one that clients know.",
            discussion: "PEM or DER, not encrypted.", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Let clients open sessions with a key that they have too: the bytes of this file.", valueName: "file"))
    var psk: String?

    @Option(
        help: ArgumentHelp(
            "What clients call that key: text, or hex:DIGITS. Default: nothing.", valueName: "hint"),
        transform: HintArgument.parse)
    var pskHint: [UInt8]?

    @Flag(help: "Let only clients open a session by certificates that show one themselves; needs --trust.")
    var requireClientCertificate = false

    @Option(
        help: ArgumentHelp(
            "The root certificates that a client's chain may begin with.",
            discussion: "A PEM or DER file with any number of them, or sha384:HEX, the digest of one in DER.",
            valueName: "file|digest"))
    var trust: String?

    @Option(
        help: ArgumentHelp(
            "Let only the client with this public key, PEM or DER, open a session by certificates.",
            valueName: "file"))
    var publicKey: String?

    @Flag(help: "Agree to every version and algorithm that is spoken here, not only to strong ones.")
    var tolerant = false

    @Option(help: ArgumentHelp("Write the data objects that pass into a file for Wireshark.", valueName: "file"))
    var pcap: String?

    @Flag(name: [.short, .long], help: "Print nothing but errors.")
    var quiet = false

    /// Where the device is from.
    private var source: String { topology ?? "demo" }

    func validate() throws {
        // Without any argument `tdispctl emulate` shows its help.
        let texts = [topology, certificates, key, psk, trust, publicKey, pcap]
        let isAnyGiven =
            texts.contains { $0 != nil } || device != nil || requireClientCertificate || tolerant || quiet
        guard listen != nil || !isAnyGiven else {
            throw ValidationError("name a subcommand, such as 'emulate start', or where to serve a device: --listen")
        }
        guard certificates == nil || key != nil else { throw ValidationError("--certificates needs --key") }
        guard pskHint == nil || psk != nil else { throw ValidationError("--psk-hint needs --psk") }
        guard requireClientCertificate == (trust != nil) else {
            throw ValidationError("--require-client-certificate and --trust belong together")
        }
        guard trust == nil || publicKey == nil else {
            throw ValidationError("a client shows a certificate (--trust) or is known by its key (--public-key)")
        }
    }

    func run() async throws {
        guard let listen else { throw CleanExit.helpRequest(Emulate.self) }
        try await reporting(OutputFormat.table) {
            let device = try server()
            let capture = try Self.capture(to: pcap)
            do throws(TransportError) {
                let socket = try await SPDMSocketServer.listen(at: listen, capture: capture)
                if !quiet { Console.err(greeting(device, at: socket.endpoint)) }
                try await device.serve(on: socket) { [quiet] event in
                    if !quiet { Console.err("\(event)\n") }
                }
            } catch {
                throw Failure(
                    .failed, "no device is served at \(listen)", seen: "\(error)",
                    next: "listen elsewhere; with port 0 the system chooses a free one")
            }
            if let complaint = await capture?.finish() { throw Failure(.failed, "\(complaint)") }
        }
    }

    private func server() throws(Failure) -> DeviceServer {
        let parsed: Topology
        do throws(YAMLError) { parsed = try Topology(named: source) } catch { throw Failure(.usage, "\(error)") }
        let terms = try terms()
        do throws(DeviceServerError) {
            return try DeviceServer(
                parsed, device: device, policy: tolerant ? .tolerant : .strict, terms, entropy: SecureEntropy())
        } catch {
            throw Failure(.notFound, "\(error)", next: "tdispctl list --topology \(source)")
        }
    }

    private func terms() throws(Failure) -> ForeignTerms {
        var terms = ForeignTerms()
        terms.identity = try Credentials.identity(certificates: certificates, key: key)
        if let psk = try Credentials.preSharedKey(psk, hint: pskHint) { terms.preSharedKeys = [psk] }
        let deviations = tolerant ? Set(CertificateDeviation.allCases) : []
        if let trust {
            terms.requesters = RequesterTrust(DeviceTrust(try Credentials.anchor(trust), deviations: deviations))
        }
        if let publicKey {
            let key = try Credentials.publicKey(in: publicKey)
            terms.requesters = RequesterTrust(DeviceTrust(.roots([]), provisionedKey: key))
        }
        return terms
    }

    private static func capture(to file: String?) throws(Failure) -> ObjectCapture? {
        guard let file else { return nil }
        do throws(CaptureError) {
            return try ObjectCapture(to: file) { .now }
        } catch {
            throw Failure(.failed, "\(error)", next: "name a file that can be written")
        }
    }

    private func greeting(_ server: DeviceServer, at endpoint: Endpoint) -> String {
        var text = "serving \(server.device) of '\(source)' at \(endpoint)\n"
        text += "  try  tdispctl convert \(server.device) --endpoint \(endpoint)"
        if let root = server.root, let digest = try? HashAlgorithm.sha384.digest(of: root.span) {
            text += " --trust sha384:" + digest.map { hex($0, 2) }.joined()
        }
        return text + "\n"
    }
}

extension Pcap.Timestamp {
    /// The time as this machine has it.
    static var now: Pcap.Timestamp { Pcap.Timestamp(nanoseconds: UInt64(Date().timeIntervalSince1970 * 1e9)) }
}

internal import ArgumentParser
internal import Assignment
internal import Emulator
internal import EmulatorProcess
internal import PCIe

/// `tdispctl show`
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one device: recorded and confirmed, side by side.")

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("A device (ssss:bb:dd.f).", valueName: "device"), completion: DeviceArgument.completion,
        transform: DeviceArgument.parse)
    var device: FunctionAddress

    @Flag(name: .customLong("domain-xml"), help: "Print the domain's XML as libvirt has it, and nothing else.")
    var domainXML = false

    @Option(help: ArgumentHelp("Print the last protocol messages with this device as well.", valueName: "count"))
    var messages: Int?

    func run() async throws {
        try await reporting(options) {
            let session = try await Session.open(options, .looking)
            let facts = try session.function(device)
            let record = session.record()
            let state = record.contents?.state(of: facts.address)
            let suspicion = record.contents?.suspicions[facts.address] ?? .none
            if domainXML { return try await printXML(of: state, facts, session) }
            var view = DeviceView(facts, state, suspicion, in: session.snapshot, manager: session.manager)
            view.messages = try await lastMessages(of: facts, session)
            switch options.output {
            case .json: Console.out(try JSONEnvelope(kind: "Device", [view]).text)
            case .table:
                Console.out(try await DevicePrinter(session: session).text(view, facts, state, suspicion))
                for message in view.messages ?? [] { Console.out("  \(message)\n") }
            }
            if let trouble = record.trouble { throw Afterthought(failure: trouble) }
        }
    }

    private func printXML(of state: AssignmentState?, _ facts: FunctionFacts, _ session: Session) async throws {
        guard let domain = state?.domain ?? facts.domain else {
            throw Failure(
                .notFound, "\(facts.address) is assigned to no domain",
                next: "tdispctl convert \(facts.address) --domain NAME")
        }
        do throws(PlatformError) {
            Console.out(try await session.host.domainXML(domain))
        } catch {
            throw Failure(error)
        }
    }

    /// Keys and nonces in them are zeros.
    private func lastMessages(of facts: FunctionFacts, _ session: Session) async throws -> [String]? {
        guard let messages else { return nil }
        do throws(PlatformError) {
            return try await session.host.messages(last: messages).filter { $0.device == facts.ownerAddress }
                .map { "\($0)  \($0.hexBytes)" }
        } catch {
            throw Failure(error)
        }
    }
}

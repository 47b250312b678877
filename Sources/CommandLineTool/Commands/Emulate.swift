internal import ArgumentParser
internal import Assignment
internal import Emulator
internal import EmulatorProcess
internal import Foundation
internal import IOMMU
internal import Journal
internal import Logging
internal import ScenarioReplay
internal import StrictYAML

/// `tdispctl emulate`
struct Emulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulate",
        abstract: "Start, look at, and stop the emulated host of a state directory; or serve one of its devices.",
        usage: """
            tdispctl emulate <subcommand>
            tdispctl emulate --listen <address> [<options>]
            """,
        discussion: """
            Devices, links, TSM, IOMMU and domains of an emulated host live in a process of their own, so that every call \
            of tdispctl sees the same device, also after a kill -9. Verbs on devices start it when --topology names one.

            With --listen HOST:PORT, one emulated device is served to any SPDM requester instead, in the foreground. \
            'tdispctl help emulate listen' tells its options.
            """,
        subcommands: [
            EmulateStart.self, EmulateStatus.self, EmulateInject.self, EmulateAdvance.self, EmulateStop.self,
            EmulateListen.self, EmulateServe.self,
        ],
        defaultSubcommand: EmulateListen.self)
}

/// `tdispctl emulate start`
struct EmulateStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start the emulated host, if none runs.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await reporting(options) {
            guard options.topology != nil else {
                throw Failure(.usage, "which topology?", next: "tdispctl emulate start --topology demo")
            }
            try Console.show(EmulatedHostView(try await Session.open(options, .reading).greeting), options)
        }
    }
}

/// `tdispctl emulate status`
struct EmulateStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say which emulated host runs here, and which faults wait there.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await reporting(options) {
            let (client, greeting) = try await EmulatedHosts.running(options)
            try Console.show(try await Self.view(of: client, greeting), options)
        }
    }
}

extension EmulateStatus {
    private static func view(of client: HostClient, _ greeting: HostGreeting) async throws -> EmulatedHostView {
        do throws(PlatformError) {
            let memory = try await client.memory()
            let snapshot = try await client.snapshot()
            let names = Names(memory, snapshot)
            return EmulatedHostView(
                greeting, waiting: try await client.waitingFaults(),
                held: memory.heldConversions(snapshot), fenced: memory.fenced.map(names.domain))
        } catch {
            throw Failure(error)
        }
    }
}

/// `tdispctl emulate stop`
struct EmulateStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the emulated host; its devices and domains are gone with it.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await reporting(options) {
            let (client, greeting) = try await EmulatedHosts.running(options)
            do throws(PlatformError) { try await client.shutDown() } catch { throw Failure(error) }
            if !options.quiet { Console.err("stopped the emulated host (process \(greeting.process))\n") }
        }
    }
}

/// `tdispctl emulate advance`
struct EmulateAdvance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advance", abstract: "Let virtual time pass on the emulated host; workloads go on meanwhile.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Milliseconds of virtual time.", valueName: "ms"))
    var milliseconds: UInt32

    func run() async throws {
        try await reporting(options) {
            let (client, _) = try await EmulatedHosts.running(options)
            do throws(PlatformError) {
                try await client.advance(nanoseconds: UInt64(milliseconds) * 1_000_000)
            } catch {
                throw Failure(error)
            }
        }
    }
}

/// `tdispctl emulate inject`
struct EmulateInject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject", abstract: "Let something go wrong on the emulated host, on purpose.",
        discussion: """
            An event happens now: '{link-down: 0000:3b:00.0}', '{function-reset: 0000:3b:00.1}', \
            '{session-lost: 0000:3b:00.0}', '{device-gone: 0000:3b:00.0}', '{bus-master-cleared: 0000:3b:00.1}'.

            A fault waits for its moment, once, and 'tdispctl emulate status' lists it until then: '{message: LOCK_INTERFACE, drop: response}', \
            '{message: START_INTERFACE, refuse: INVALID_NONCE}', '{effect: accept, unknown: done}', \
            '{effect: reset, fail: timed-out}'.

            What those refuse whom it takes, such as pages that are being converted already, does not happen (exit code 6). \
            The words are those of scenario files; a wrong one is answered with the right ones.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("An event or a fault, as YAML.", valueName: "fault"))
    var fault: String

    func run() async throws {
        try await reporting(options) {
            let (client, greeting) = try await EmulatedHosts.running(options)
            let parsed: InjectedFault
            do throws(YAMLError) {
                parsed = try FaultText.parse(fault, on: try Topology(named: greeting.source))
            } catch {
                throw Failure(.usage, "\(error)", next: "tdispctl emulate inject --help")
            }
            let refusal: EventRefusal?
            do throws(PlatformError) { refusal = try await client.inject(parsed) } catch { throw Failure(error) }
            if let refusal { throw Failure(refusal, parsed) }
            try Console.show(InjectedFaultView(parsed), options)
        }
    }
}

extension Failure {
    /// Something that was to happen and was refused.
    fileprivate init(_ refusal: EventRefusal, _ fault: InjectedFault) {
        self.init(
            .refused, "\(FaultText.words(of: fault)) did not happen: \(refusal.message)",
            rule: refusal.rule.flatMap { SafetyRule(rawValue: $0.rawValue) }, seen: refusal.name.rawValue,
            next: "tdispctl emulate status")
    }
}

/// `tdispctl emulate serve`: the process itself.
struct EmulateServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Be the emulated host (started by the other verbs).", shouldDisplay: false)

    @OptionGroup var options: GlobalOptions

    /// The arguments that start one.
    static func arguments(directory: String, topology: String, connect: String?) -> [String] {
        ["emulate", "serve", "--state-dir", directory, "--topology", EmulatedHosts.source(of: topology)]
            + (connect.map { ["--connect", $0] } ?? [])
    }

    func run() async throws {
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        do {
            try await serve()
        } catch let error as PlatformError {
            throw refuse(error)
        } catch let error as JournalError {
            throw refuse(PlatformError(.denied, error.description))
        }
    }

    private func serve() async throws {
        let directory = try StateDirectory(at: options.directory).path
        var log = Logger(label: "emulated-host") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = Logger.Level.debug
        let server = try await HostServer(
            HostServer.Configuration(
                directory: directory, topology: options.topology ?? "demo", libvirt: options.connect,
                socketPath: HostLauncher(directory: directory, program: "").socketPath), log: log)
        try await server.run { Console.out(HostLauncher.readyLine + "\n") }
    }

    /// Tells who waits for the host, and the log.
    private func refuse(_ error: PlatformError) -> ExitCode {
        Console.out(HostLauncher.line(refusing: error) + "\n")
        Console.err("\(error)\n")
        return error.code.status.exitCode
    }
}

/// The emulated hosts of state directories.
enum EmulatedHosts {
    /// The one that runs. Throws ``Failure`` (unreachable) when none does.
    static func running(_ options: GlobalOptions) async throws -> (client: HostClient, greeting: HostGreeting) {
        do {
            let directory = try StateDirectory(at: options.directory).path
            guard let found = try await HostLauncher(directory: directory, program: "").running() else {
                throw Failure(
                    .unreachable, "no emulated host runs in \(directory)",
                    next: "tdispctl emulate start --topology demo")
            }
            return found
        } catch let error as JournalError {
            throw Failure(error)
        } catch let error as PlatformError {
            throw Failure(error)
        }
    }

    /// A topology's name as the host's process gets it: `demo`, or an absolute path.
    static func source(of topology: String) -> String {
        topology == "demo" ? topology : URL(fileURLWithPath: topology).standardizedFileURL.path
    }
}

/// An emulated host as it is printed.
struct EmulatedHostView: Encodable {
    let version: Int
    let process: Int32
    let topology: String
    let source: String
    let libvirt: String
    let time: UInt64
    /// What waits for what, one clause each.
    let waitingFaults: [String]
    /// Conversions of pages that are held up, and by what, one clause each.
    let heldConversions: [String]
    /// Domains whose T=1 is fenced off.
    let fencedDomains: [String]

    init(
        _ greeting: HostGreeting, waiting: [InjectedFault] = [], held: [String] = [], fenced: [String] = []
    ) {
        version = greeting.version
        process = greeting.process
        topology = greeting.topology
        source = greeting.source
        libvirt = greeting.libvirt
        time = greeting.time
        waitingFaults = waiting.map(FaultText.words)
        heldConversions = held
        fencedDomains = fenced
    }
}

/// What was injected, as it is printed.
struct InjectedFaultView: Encodable {
    /// Whether it waits for its moment. Otherwise it has happened.
    let waits: Bool
    /// What waits for what, or what happened, one clause.
    let words: String

    init(_ fault: InjectedFault) {
        words = FaultText.words(of: fault)
        switch fault {
        case .message, .effect: waits = true
        case .event: waits = false
        }
    }
}

extension Console {
    /// Prints who the emulated host is.
    static func show(_ host: EmulatedHostView, _ options: GlobalOptions) throws {
        switch options.output {
        case .json: out(try JSONEnvelope(kind: "EmulatedHost", [host]).text)
        case .table:
            out(
                """
                emulated host '\(host.topology)' (\(host.source)), process \(host.process)
                  libvirt       \(host.libvirt)
                  virtual time  \(ProgressPrinter.duration(host.time))

                """)
            for fault in host.waitingFaults { out("  waits for     \(fault)\n") }
            for conversion in host.heldConversions { out("  held          \(conversion)\n") }
            for domain in host.fencedDomains {
                out("  fenced        T=1 of \(domain), until the device whose DMA faulted is stopped\n")
            }
        }
    }

    /// Prints what was injected.
    static func show(_ fault: InjectedFaultView, _ options: GlobalOptions) throws {
        switch options.output {
        case .json: out(try JSONEnvelope(kind: "InjectedFault", [fault]).text)
        case .table: if !options.quiet { out("\(fault.waits ? "waits for" : "happened:") \(fault.words)\n") }
        }
    }
}

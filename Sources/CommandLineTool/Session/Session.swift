internal import Assignment
internal import AssignmentService
internal import Attestation
internal import EmulatorProcess
internal import Foundation
internal import Journal
internal import OpenSSLCrypto
internal import PCIe

/// One call of `tdispctl` at work: state directory, journal, platform, and the host as it was found.
struct Session {
    /// What the call is going to do.
    enum Access: Hashable {
        /// Look only: nothing is locked, nothing is written.
        case reading
        /// The same, and where the record cannot be read, look at the host without it: ``Session/trouble``.
        case looking
        /// Change: one manager at a time.
        case changing(command: String)
    }

    let host: HostClient
    let greeting: HostGreeting
    let journal: Journal
    /// Why the journal cannot be read; what it has then is nothing.
    let trouble: Failure?
    let snapshot: HostSnapshot
    private let options: GlobalOptions

    /// Opens everything. Throws ``Failure``.
    static func open(_ options: GlobalOptions, _ access: Access) async throws -> Session {
        do {
            let directory = try StateDirectory(at: options.directory)
            let (journal, trouble) = try await openJournal(directory, access, options)
            let (host, greeting) = try await reachHost(directory, options)
            if case .changing = access { try journal.bind(toPlatform: "emulated") }
            return Session(
                host: host, greeting: greeting, journal: journal, trouble: trouble,
                snapshot: try await host.snapshot(), options: options)
        } catch let error as JournalError {
            throw Failure(error)
        } catch let error as PlatformError {
            throw Failure(error)
        }
    }

    private static func openJournal(
        _ directory: StateDirectory, _ access: Access, _ options: GlobalOptions
    ) async throws -> (Journal, trouble: Failure?) {
        switch access {
        case .reading: return (try Journal.openForReading(in: directory), nil)
        case .looking:
            do throws(JournalError) {
                return (try Journal.openForReading(in: directory), nil)
            } catch {
                return (try Journal.inMemory(), .unreadableRecord(error))
            }
        case .changing(let command):
            let lock = try await JournalLock.acquire(
                in: directory, command: command, at: Clock.now, wait: .seconds(options.wait))
            return (try Journal.open(lock), nil)
        }
    }

    /// Reaches the host that runs where no journal can be had, to do what needs none.
    static func reachHost(_ options: GlobalOptions) async throws -> (HostClient, HostSnapshot) {
        do {
            let (host, _) = try await reachHost(try StateDirectory(at: options.directory), options)
            return (host, try await host.snapshot())
        } catch let error as JournalError {
            throw Failure(error)
        } catch let error as PlatformError {
            throw Failure(error)
        }
    }

    /// The emulated host that runs, or a new one when a topology says what it is to be.
    private static func reachHost(
        _ directory: StateDirectory, _ options: GlobalOptions
    ) async throws(PlatformError) -> (HostClient, HostGreeting) {
        let launcher = HostLauncher(directory: directory.path, program: Self.program)
        if let found = try await launcher.running() {
            if let wanted = options.topology, EmulatedHosts.source(of: wanted) != found.greeting.source {
                throw PlatformError(
                    .invalidInput,
                    "an emulated host of topology '\(found.greeting.source)' already runs here; stop it (tdispctl emulate stop) or use another --state-dir"
                )
            }
            if let wanted = options.connect, wanted != found.greeting.libvirt {
                throw PlatformError(
                    .invalidInput,
                    "the emulated host that runs here is connected to \(found.greeting.libvirt); stop it (tdispctl emulate stop) or use another --state-dir"
                )
            }
            return (found.client, found.greeting)
        }
        guard let topology = options.topology else { throw launcher.hasRun ? goneHost : noPlatform }
        let source = EmulatedHosts.source(of: topology)
        guard source == "demo" || FileManager.default.fileExists(atPath: source) else {
            throw PlatformError(.noSuchFile, "there is no topology '\(topology)': name 'demo' or a YAML file")
        }
        let started = try await launcher.start(
            arguments: EmulateServe.arguments(directory: directory.path, topology: topology, connect: options.connect))
        return (started.client, started.greeting)
    }

    private static let goneHost = PlatformError(
        .unreachable,
        "the emulated host of this state directory does not run any more; start a new one: tdispctl emulate start --topology NAME"
    )

    private static let noPlatform = PlatformError(
        .unsupported, "no platform: this version drives emulated hosts only, and none runs in this state directory")

    private static var program: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    // MARK: Using it

    /// A service over this session's host and journal, which begins with what somebody has heard before.
    func service(
        heard: [FunctionAddress: Suspicion] = [:], _ report: @escaping @Sendable (StepReport) -> Void
    ) throws -> AssignmentService {
        do throws(JournalFailure) {
            return try AssignmentService(
                world: World(
                    platform: host, journal: journal, judge: Judge.builtIn,
                    nonce: { try? SecureRandom.bytes(count: 32) }, now: { Clock.now }, report: report), heard: heard)
        } catch {
            throw Failure(.failed, "the journal cannot be read", seen: error.message)
        }
    }

    /// The function at an address. Throws ``Failure`` (not found).
    func function(_ address: FunctionAddress) throws(Failure) -> FunctionFacts {
        guard let facts = snapshot.function(address) else {
            let known = snapshot.functions.map(\.address.description).joined(separator: ", ")
            throw Failure(.notFound, "there is no device \(address)", seen: "devices: \(known)", next: "tdispctl list")
        }
        return facts
    }

    /// The domain by its name or UUID. Throws ``Failure`` (not found).
    func domain(_ text: String) throws(Failure) -> DomainFacts {
        if let found = snapshot.domain(named: text) { return found }
        if let id = DomainID(text), let found = snapshot.domain(id) { return found }
        let known = snapshot.domains.map(\.name).joined(separator: ", ")
        throw Failure(.notFound, "there is no domain '\(text)'", seen: "domains: \(known)", next: "virsh list --all")
    }

    /// Adds a remark to a device's history. Throws ``Failure``: what must be on record is not done without it.
    func note(_ text: String, on device: FunctionAddress) throws(Failure) {
        do throws(JournalError) {
            try journal.record(Note(text, on: device, at: Clock.now))
        } catch {
            throw Failure(error)
        }
    }

    /// Writes what is still in line and gives the lock back. Gives what is to be said when steps are left unwritten.
    func close() -> Failure? {
        do throws(JournalError) {
            try journal.close()
            return nil
        } catch {
            var failure = Failure(error)
            failure.seen = "\(journal.unwritten) steps are not in the journal; nothing that was granted is among them"
            return failure
        }
    }

    /// Another `tdispctl` that is changing something here now, as far as is known.
    var manager: LockHolder? { (try? StateDirectory(at: options.directory)).flatMap(JournalLock.holder(of:)) }

    /// A domain's name, for texts.
    func name(of domain: DomainID?) -> String? { domain.flatMap { snapshot.domain($0)?.name } }

    /// What is recorded, as far as it can be read: who looks is shown the host all the same. Otherwise nil, and why.
    func record() -> (contents: JournalContents?, trouble: Failure?) {
        if let trouble { return (nil, trouble) }
        do throws(Failure) {
            return (try recorded(), nil)
        } catch {
            return (nil, error)
        }
    }

    /// Recorded states of all functions.
    func recorded() throws(Failure) -> JournalContents {
        do throws(JournalFailure) {
            return try journal.load()
        } catch {
            throw Failure(.failed, "the journal cannot be read", seen: error.message)
        }
    }
}

/// The time of day.
enum Clock {
    /// Nanoseconds since 1970-01-01 UTC.
    static var now: UInt64 { UInt64(max(0, Date().timeIntervalSince1970) * 1_000_000_000) }
}

extension FunctionFacts {
    /// Who owns the function: its DSM, or itself when the device has none.
    var ownerAddress: FunctionAddress { dsm ?? address }
}

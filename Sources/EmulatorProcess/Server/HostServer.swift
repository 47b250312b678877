public import Assignment
public import Emulator
internal import Foundation
internal import IOMMU
internal import Libvirt
public import Logging
internal import OpenSSLCrypto
internal import PCIe
internal import StrictYAML

/// The emulated host's process: it builds the host, holds the libvirt connection, and answers at a Unix socket until it is
/// told to end.
public struct HostServer: Sendable {
    /// What to serve.
    public struct Configuration: Sendable {
        /// Where socket and domain file are.
        public var directory: String
        /// `demo`, or the path of a topology file.
        public var topology: String
        /// libvirt's URI; nil: the built-in test driver with the topology's domains.
        public var libvirt: String?
        /// The path of the socket.
        public var socketPath: String

        /// Creates a configuration.
        public init(directory: String, topology: String, libvirt: String?, socketPath: String) {
            self.directory = directory
            self.topology = topology
            self.libvirt = libvirt
            self.socketPath = socketPath
        }
    }

    private let host: EmulatedHost
    private let directory: LibvirtDirectory
    private let topology: Topology
    private let configuration: Configuration
    private let uri: String
    private let log: Logger
    /// Ends the process's serving.
    private let end: AsyncStream<Void>.Continuation
    private let ended: AsyncStream<Void>

    /// Builds the host and opens libvirt. Throws ``PlatformError``.
    public init(_ configuration: Configuration, log: Logger) async throws(PlatformError) {
        let topology = try Self.topology(configuration.topology)
        let (connection, uri) = try await Self.open(configuration, topology)
        let directory = LibvirtDirectory(connection, topology)
        do throws(TopologyError) {
            host = try EmulatedHost(
                topology, entropy: SecureEntropy(), directory: directory,
                onCrash: { kill(getpid(), SIGKILL) }
            )
        } catch {
            throw PlatformError(.invalidInput, error.description)
        }
        self.directory = directory
        self.topology = topology
        self.configuration = configuration
        self.uri = uri
        self.log = log
        (ended, end) = AsyncStream.makeStream()
    }

    /// Serves until it is told to end. `ready` is called once it listens.
    public func run(ready: @Sendable () -> Void) async throws(PlatformError) {
        do {
            let listener = try await FrameListener.listen(at: configuration.socketPath)
            log.notice(
                "listening", metadata: ["socket": "\(configuration.socketPath)", "topology": "\(topology.name)"])
            ready()
            try await withThrowingTaskGroup { group in
                group.addTask { try await listener.serve(HostRequest.self) { await answer($0) } }
                group.addTask { [ended] in for await _ in ended { return } }
                group.addTask { await followLibvirt() }
                try await group.next()
                group.cancelAll()
            }
        } catch is CancellationError {
            return
        } catch {
            throw PlatformError(.unreachable, "\(error)")
        }
    }

    /// What happens to domains in libvirt happens to the host's VMs. A lost event is made up for by looking at all of them.
    /// Looking changes nothing in libvirt, so that the events of our own changes start no loop.
    private func followLibvirt() async {
        await adoptDomains()
        for await event in directory.events {
            switch event {
            case .lifecycle(let domain, .started, _): await happened(.domainStarted(domain.uuid.domainID))
            case .lifecycle(let domain, .stopped, _): await happened(.domainStopped(domain.uuid.domainID))
            case .lifecycle(_, .defined, _), .lifecycle(_, .undefined, _), .lifecycle(_, .crashed, _), .deviceRemoved,
                .connectionClosed, .eventsLost:
                await adoptDomains()
            case .metadataChanged(let domain, Libvirt.DomainBinding.namespace):
                if await !directory.hasPublished(whatIsShownIn: domain.uuid) { await adoptDomains() }
            case .lifecycle, .deviceAdded, .metadataChanged: break
            }
        }
    }

    /// Brings the model in line with what libvirt says now.
    private func adoptDomains() async {
        do throws(DirectoryError) {
            let known = await host.withModel { $0.domainFacts }
            for domain in try await directory.domains() {
                guard let before = known.first(where: { $0.id == domain.id }), before.running != domain.running else {
                    continue
                }
                await happened(domain.running ? .domainStarted(domain.id) : .domainStopped(domain.id))
            }
            for function in try await directory.takenOut() { await happened(.hostdevRemoved(function)) }
        } catch {
            log.warning("libvirt cannot be asked", metadata: ["error": "\(error)"])
        }
    }

    private func happened(_ event: HostEvent) async {
        log.notice("libvirt", metadata: ["event": "\(event)"])
        await host.withModel { $0.inject(.event(event)) }
    }

    // MARK: Building

    private static func topology(_ source: String) throws(PlatformError) -> Topology {
        do throws(YAMLError) {
            return try Topology(named: source)
        } catch {
            throw PlatformError(.invalidInput, "\(error)")
        }
    }

    private static func open(
        _ configuration: Configuration, _ topology: Topology
    ) async throws(PlatformError) -> (LibvirtConnection, String) {
        do throws(LibvirtError) {
            let uri: String
            if let given = configuration.libvirt {
                uri = given
            } else {
                uri = try topology.testDocument.write(to: configuration.directory + "/domains.xml")
            }
            return (try await LibvirtConnection.open(uri: uri), uri)
        } catch {
            throw PlatformError(error.isDiskFull ? .noSpace : .unreachable, "libvirt: \(error)")
        }
    }

    // MARK: Answering

    private func answer(_ request: HostRequest) async -> HostReply {
        do throws(PlatformError) {
            return try await reply(to: request)
        } catch {
            return .refused(error)
        }
    }

    private func reply(to request: HostRequest) async throws(PlatformError) -> HostReply {
        switch request {
        case .hello: .hello(await greeting())
        case .snapshot: .snapshot(try await host.snapshot())
        case .facts(let function, let domain): await facts(function, domain)
        case .perform(let effect, let tdi): .report(await logged(effect, tdi))
        case .performConnection(let effect, let dsm): .report(await host.perform(effect, on: dsm))
        case .collectEvidence(let tdi, let epoch, let nonce):
            .evidence(await host.collectEvidence(from: tdi, epoch: epoch, nonce: nonce))
        case .notices(let dsm): .notices(await host.notices(of: dsm))
        case .news(let position, let patience): .news(await host.news(after: position, patience: patience))
        case .publish(let binding): .report(await host.publish(binding))
        case .inspect(let function): .inspection(try await inspect(function))
        case .explain(let function, let question): .explanation(try await explain(function, question))
        case .guestView(let function): .guestView(try await guestView(function))
        case .memory: .memory(await host.withModel { $0.memoryView })
        case .domainXML(let domain): .text(try await xml(of: domain))
        case .messages(let last): .messages(await host.withModel { $0.messages.suffix(last) })
        case .inject(let fault): await inject(fault)
        case .waitingFaults: .faults(await host.withModel { $0.waitingFaults })
        case .advance(let nanoseconds): await advance(nanoseconds)
        case .shutDown: shutDown()
        }
    }

    private func greeting() async -> HostGreeting {
        HostGreeting(
            version: HostGreeting.currentVersion, process: getpid(), topology: topology.name,
            source: configuration.topology, libvirt: uri, time: await host.withModel { $0.time })
    }

    private func facts(_ function: FunctionAddress, _ domain: DomainID?) async -> HostReply {
        let facts = await host.facts(about: function, domain)
        return .facts(facts.0, facts.1)
    }

    private func logged(_ effect: AssignmentEffect, _ tdi: FunctionAddress) async -> EffectReport {
        let report = await host.perform(effect, on: tdi)
        log.debug(
            "effect",
            metadata: [
                "device": "\(tdi)", "effect": "\(effect.name.rawValue)", "outcome": "\(report.outcome)",
                "detail": "\(report.detail)",
            ])
        return report
    }

    private func inspect(_ function: FunctionAddress) async throws(PlatformError) -> HostInspection {
        let found = await host.withModel { model in
            model.view(of: function).map {
                HostInspection(
                    function: $0, stream: model.stream(of: function), routes: model.routes(of: function),
                    platform: "\(model.topology.profile)", domain: model.domainNumber(of: function), time: model.time)
            }
        }
        guard let found else { throw PlatformError(.noSuchDevice, "there is no device \(function)") }
        return found
    }

    private func explain(
        _ function: FunctionAddress, _ question: DMAQuestion
    ) async throws(PlatformError) -> DMAExplanation {
        let found = await host.withModel { model in
            model.explain(
                function, question.isTrusted ? .trusted : .untrusted, at: question.address, count: question.count,
                access: question.isWrite ? .write : .read)
        }
        guard let found else { throw PlatformError(.noSuchDevice, "there is no device \(function)") }
        return found
    }

    private func guestView(_ function: FunctionAddress) async throws(PlatformError) -> GuestOverview {
        guard let found = await host.withModel({ $0.guestView(of: function) }) else {
            throw PlatformError(.noSuchDevice, "there is no device \(function)")
        }
        return found
    }

    private func xml(of domain: DomainID) async throws(PlatformError) -> String {
        do throws(DirectoryError) {
            return try await directory.xml(of: domain)
        } catch {
            throw PlatformError(error.isUnreachable ? .unreachable : .noSuchDomain, error.message)
        }
    }

    private func inject(_ fault: InjectedFault) async -> HostReply {
        await host.withModel { $0.inject(fault) }.map { .notDone($0) } ?? .done
    }

    private func advance(_ nanoseconds: UInt64) async -> HostReply {
        await host.withModel { $0.advanceTime(by: nanoseconds) }
        return .done
    }

    private func shutDown() -> HostReply {
        end.finish()
        return .done
    }
}

/// Random bits of the operating system.
public struct SecureEntropy: EntropySource {
    /// Creates a source.
    public init() {}

    /// The next 64 bits; nil when the generator cannot be seeded.
    public mutating func next() -> UInt64? {
        (try? SecureRandom.bytes(count: 8)).map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    /// The operating system's bits for every part of the host: nothing that is drawn can be computed from what shows.
    public func fork() -> any EntropySource { self }
}

extension Topology {
    /// The topology's domains as a file of libvirt's test driver.
    fileprivate var testDocument: TestDriverDocument {
        TestDriverDocument(
            domains: domains.compactMap { domain in
                DomainUUID(parsing: domain.id.description).map {
                    .init(
                        name: domain.name, uuid: $0, memoryKiB: domain.memory / 1024, isRunning: domain.isRunning,
                        tee: domain.tee?.rawValue)
                }
            })
    }
}

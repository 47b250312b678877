internal import Assignment
internal import AssignmentService
internal import Emulator
internal import IOMMU
internal import PCIe
internal import TDISP

/// Where a scenario is played: one host, one journal, and the managers that come and go.
final class Stage {
    let host: EmulatedHost
    let directory: TopologyDirectory
    let recorder = TraceRecorder()
    var manager: Manager
    /// What a counterexample says and what did not happen.
    var unmet: [String] = []
    private let engine: Engine
    /// Whether acts begin without a plan, as the checker's do: what it would have found is met by the engine.
    let leavesPlansOut: Bool
    private let journal = VolatileJournal()
    private let entropy: SharedEntropy
    private let domainNames: [DomainNumber: String]
    private let domainNamesByID: [DomainID: String]

    /// What is going to kill a manager, beside what the scenario says.
    let doom: Doom?

    init(_ scenario: Scenario, _ engine: Engine = .shipped, doom: Doom? = nil) throws(StageError) {
        self.engine = engine
        self.doom = doom
        leavesPlansOut = scenario.isCounterexample
        let topology = scenario.topology
        directory = TopologyDirectory(topology)
        entropy = SharedEntropy(seed: scenario.seed ^ 0x5EED)
        domainNamesByID = Dictionary(uniqueKeysWithValues: topology.domains.map { ($0.id, $0.name) })
        domainNames = Dictionary(
            uniqueKeysWithValues: topology.domains.enumerated().map { index, domain in
                (DomainNumber(rawValue: UInt16(index + 1)), domain.name)
            })
        do {
            host = try EmulatedHost(
                topology, entropy: SeededEntropy(seed: scenario.seed), directory: directory)
            manager = try Manager(
                host: host, journal: journal, recorder: recorder, entropy: entropy, engine: engine, doom: doom)
        } catch {
            throw StageError(message: "\(error)")
        }
    }

    /// A new manager over what the journal has.
    func restartManager() {
        guard
            let next = try? Manager(
                host: host, journal: journal, recorder: recorder, entropy: entropy, engine: engine, doom: doom)
        else { return }
        manager = next
        recorder.states = recorded.assignments
    }

    /// What is on record.
    var recorded: JournalContents { (try? journal.load()) ?? JournalContents() }

    /// What the hypervisor knows follows what happened on the host.
    func settleDown() async {
        let (domains, holders) = await host.withModel { model in
            (model.domainFacts, model.functions.map { ($0, model.view(of: $0)?.domain) })
        }
        for domain in domains { await directory.setRunning(domain.running, domain.id) }
        let held = await directory.hostdevs()
        for (function, holder) in holders where holder == nil {
            if let domain = held[function] { _ = await directory.detach(function, from: domain) }
        }
        recorder.time = await host.withModel { $0.time }
    }

    // MARK: Looking

    /// A function, aspect by aspect.
    func look(at place: Place) async -> [Aspect: Sighting] {
        let function = place.function
        let (view, stream, routes, memory, reach) = await host.withModel { model in
            (
                model.view(of: function), model.stream(of: function), model.routes(of: function), model.memoryView,
                Reach(of: function, in: &model)
            )
        }
        guard let view, let stream, let routes else { return [:] }
        let contents = recorded
        let state = contents.assignments[function] ?? .initial
        let binding = await directory.bindings[function]
        var seen: [Aspect: String] = [
            .phase: state.phase.rawValue, .epoch: "\(state.lineage.epoch)",
            .rekeyOwed: "\(state.lineage.rekeyOwed)",
            .suspicion: contents.suspicions[function, default: .none].standing.name,
            .guestDriver: "\(view.hasGuestDriver)",
            .connection: (contents.connections[place.dsm] ?? .initial).name.rawValue,
            .stream: StreamWord(stream).rawValue, .t0: phrase(reach.untrusted), .t1: phrase(reach.trusted),
            .translations: "\(routes.translations.count)",
        ]
        let pending = memory.conversions.first { $0.domain == view.domain }
        seen[.conversion] = pending.map { $0.heldBy.map { "\($0)" } ?? "nothing holds it" }
        seen[.state] = view.state?.description
        seen[.owner] = state.domain.flatMap { domainNamesByID[$0] }
        seen[.hostdev] = await directory.hostdevs()[function].flatMap { domainNamesByID[$0] }
        seen[.binding] = binding?.phase.rawValue
        seen[.driver] = view.driver
        if case .quarantined(let put) = state { seen[.reason] = put.reason.rawValue }
        var sightings = seen.mapValues(Sighting.word)
        sightings[.peers] = .words(routes.peers.map { "\($0)" })
        return sightings
    }

    func phrase(_ owners: Set<FrameOwner>) -> String {
        owners.isEmpty ? "none" : owners.map { $0.phrase(domainNames) }.sorted().joined(separator: ", ")
    }
}

/// A host that cannot be built.
struct StageError: Error {
    let message: String
}

/// What DMA of a function reaches.
struct Reach: Sendable {
    /// What the tables let T=0 reach, if the device sends it or not.
    let untrusted: Set<FrameOwner>
    /// Where T=1 arrives, as the device sends it now.
    let trusted: Set<FrameOwner>

    init(of function: FunctionAddress, in model: inout HostModel) {
        let routes = model.routes(of: function)
        untrusted = Set(routes?.untrusted.map(\.owner) ?? [])
        var arrived: Set<FrameOwner> = []
        for range in routes?.trusted ?? [] {
            guard case .arrived(let segments) = model.tryDMA(function, .trusted, at: range.addresses.lowerBound) else {
                continue
            }
            arrived.formUnion(segments.map(\.owner))
        }
        trusted = arrived
    }
}

import Assignment
import AssignmentService
import Attestation
import Emulator
import PCIe
import Testing

/// An emulated host of devices that are all alike, and a service over it.
struct EmulatedScene {
    let host: EmulatedHost
    let journal = VolatileJournal()
    let service: AssignmentService
    let devices: [FunctionAddress]
    let domain: DomainID

    init(devices count: Int = 1) async throws {
        let topology = Topology.uniform(devices: count)
        host = try EmulatedHost(topology, entropy: SeededEntropy(seed: 1))
        devices = topology.devices.map(\.address)
        domain = try #require(topology.domains.first).id
        service = try Self.service(on: host, journal)
    }

    func convert(_ tdi: FunctionAddress) async -> OperationResult {
        await service.run(.convert(domain, StandingOrders()), on: tdi, dsm: tdi)
    }

    /// A manager that starts over what is recorded.
    func newService() throws -> AssignmentService { try Self.service(on: host, journal) }

    /// A manager that is going to die.
    func doomed(at death: Death) throws -> AssignmentService {
        let life = Shared(true)
        return try Self.service(
            on: MortalPlatform(host: host, death: death, life: life), MortalJournal(journal: journal, life: life))
    }

    /// The device as it is.
    func look(_ tdi: FunctionAddress) async -> FunctionView {
        guard let view = await host.withModel({ $0.view(of: tdi) }) else { preconditionFailure("no such device") }
        return view
    }

    private static func service(
        on platform: any Platform, _ journal: any AssignmentJournal
    ) throws -> AssignmentService {
        try AssignmentService(
            world: World(
                platform: platform, journal: journal, judge: { $0.judged(by: BuiltInVerdict()) },
                nonce: { [UInt8](repeating: 0x5A, count: 32) }, now: { 0 }))
    }
}

/// The effect at which a manager dies, and whether it was still carried out.
struct Death: Hashable, CustomTestStringConvertible {
    let effect: EffectName
    let isDone: Bool

    var testDescription: String { "\(isDone ? "after" : "before") \(effect.rawValue)" }
}

/// The platform as a manager has it that is going to die: what it does when it is dead goes nowhere.
private struct MortalPlatform: Platform {
    let host: EmulatedHost
    let death: Death
    let life: Shared<Bool>

    private static let lost = EffectReport(.unknown, "the manager is dead")

    func snapshot() async throws(PlatformError) -> HostSnapshot { try await host.snapshot() }

    func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport {
        await live(effect.name, orElse: Self.lost) { await host.perform(effect, on: tdi) }
    }

    func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport {
        life.value ? await host.perform(effect, on: dsm) : Self.lost
    }

    func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport {
        await live(.collectEvidence, orElse: EvidenceReport(Self.lost)) {
            await host.collectEvidence(from: tdi, epoch: epoch, nonce: nonce)
        }
    }

    func notices(of dsm: FunctionAddress) async -> [Notice] { life.value ? await host.notices(of: dsm) : [] }

    func publish(_ binding: DomainBinding) async -> EffectReport {
        life.value ? await host.publish(binding) : Self.lost
    }

    private func live<Report>(_ effect: EffectName, orElse lost: Report, _ body: () async -> Report) async -> Report {
        guard life.value else { return lost }
        guard effect == death.effect else { return await body() }
        if death.isDone { _ = await body() }
        life.change { $0 = false }
        return lost
    }
}

/// The journal as a manager has it that is going to die.
private struct MortalJournal: AssignmentJournal {
    let journal: VolatileJournal
    let life: Shared<Bool>

    func load() throws(JournalFailure) -> JournalContents { try journal.load() }

    func record(_ step: AssignmentStep) throws(JournalFailure) { if life.value { try journal.record(step) } }

    func record(_ step: ConnectionStep) throws(JournalFailure) { if life.value { try journal.record(step) } }

    func record(_ suspicion: SuspicionRecord) throws(JournalFailure) { if life.value { try journal.record(suspicion) } }
}

import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

func address(_ text: String) throws -> FunctionAddress { try FunctionAddress(parsing: text) }

/// The places of the demo topology.
struct Demo {
    let accelerator: FunctionAddress
    let vf0: FunctionAddress
    let vf1: FunctionAddress
    let nvme: FunctionAddress
    let network: FunctionAddress
    let web1: DomainID
    let db1: DomainID
    let plain1: DomainID
    let off1: DomainID

    init() throws {
        accelerator = try address("0000:3b:00.0")
        vf0 = try address("0000:3b:00.1")
        vf1 = try address("0000:3b:00.2")
        nvme = try address("0000:3c:00.0")
        network = try address("0000:3d:00.0")
        let ids = try Topology.demo().domains.map(\.id)
        (web1, db1, plain1, off1) = (ids[0], ids[1], ids[2], ids[3])
    }
}

let testNonce = [UInt8](repeating: 0x5A, count: 32)

/// A host under test. A class, because the model itself cannot be copied into an expectation.
final class TestHost {
    private var model: HostModel
    let demo: Demo

    init(_ topology: Topology? = nil, seed: UInt64 = 1, recordLimit: UInt64? = nil) throws {
        model = try HostModel(topology ?? Topology.demo(), entropy: SeededEntropy(seed: seed))
        if let recordLimit { model.recordLimit = recordLimit }
        demo = try Demo()
    }

    // MARK: Looking

    func view(_ tdi: FunctionAddress) throws -> FunctionView { try #require(model.view(of: tdi) as FunctionView?) }

    func stream(_ tdi: FunctionAddress) throws -> StreamView { try #require(model.stream(of: tdi) as StreamView?) }

    func routes(_ tdi: FunctionAddress) throws -> RoutesView { try #require(model.routes(of: tdi) as RoutesView?) }

    func facts(_ tdi: FunctionAddress) throws -> FunctionFacts { try #require(snapshot.function(tdi)) }

    func space(_ tdi: FunctionAddress) throws -> ConfigurationSpace {
        try #require(model.configurationSpace(of: tdi) as ConfigurationSpace?)
    }

    var snapshot: HostSnapshot { model.snapshot() }
    var messages: [TracedMessage] { model.messages }
    var messageCount: Int { model.messageCount }
    var memory: MemoryView { model.memoryView }
    var time: UInt64 { model.time }

    func explain(_ tdi: FunctionAddress, _ tBit: TBit, at target: UInt64) throws -> DMAExplanation {
        try #require(model.explain(tdi, tBit, at: target) as DMAExplanation?)
    }

    /// How often a request of this name was sent.
    func count(_ message: ProtocolMessage) -> Int {
        messages.filter { $0.message == message && $0.direction == .request }.count
    }

    // MARK: Doing

    func authenticateNewcomers() { model.authenticateNewcomers() }

    func advance(_ nanoseconds: UInt64 = 1_000_000) { model.advanceTime(by: nanoseconds) }

    @discardableResult
    func happen(_ event: HostEvent) -> EventRefusal? { model.inject(.event(event)) }

    func inject(_ fault: MessageFault) { model.inject(.message(fault)) }

    func inject(_ fault: EffectFault) { model.inject(.effect(fault)) }

    func onCrash(_ body: @escaping @Sendable () -> Void) { model.onCrash = body }

    func notices(_ tdi: FunctionAddress) -> [Notice] {
        model.device(of: tdi).map { model.drainNotices(of: $0) } ?? []
    }

    func news(after position: UInt64?) -> NoticeNews { model.news(after: position) }

    func tryDMA(_ tdi: FunctionAddress, _ tBit: TBit, at target: UInt64) -> DMAOutcome {
        model.tryDMA(tdi, tBit, at: target)
    }

    func tryInterrupt(_ tdi: FunctionAddress) -> RequestOutcome { model.tryInterrupt(tdi) }

    func tryPeer(_ tdi: FunctionAddress, to other: FunctionAddress) -> RequestOutcome { model.tryPeer(tdi, to: other) }

    @discardableResult
    func perform(_ effect: AssignmentEffect, _ tdi: FunctionAddress) -> EffectReport { model.perform(effect, on: tdi) }

    @discardableResult
    func perform(_ effect: ConnectionEffect, _ tdi: FunctionAddress) -> EffectReport {
        model.perform(effect, on: model.device(of: tdi) ?? tdi)
    }

    func collect(_ tdi: FunctionAddress, _ epoch: LockEpoch = .one) -> EvidenceReport {
        model.collectEvidence(from: tdi, epoch: epoch, nonce: testNonce)
    }

    /// Carries out effects in order; gives the first report that is no success, or the last one.
    @discardableResult
    func carry(_ effects: [AssignmentEffect], _ tdi: FunctionAddress) -> EffectReport {
        var last = EffectReport(.succeeded)
        for effect in effects {
            last = perform(effect, tdi)
            if last.outcome != .succeeded {
                last.detail = "\(effect.name.rawValue): \(last.detail)"
                return last
            }
        }
        return last
    }

    // MARK: Ways

    /// From the host to shared operation in a domain, with a connection.
    @discardableResult
    func attach(_ tdi: FunctionAddress, to domain: DomainID) -> EffectReport {
        let off = perform(.releaseHostDriver, tdi)
        guard off.outcome == .succeeded else { return off }
        let connected = perform(ConnectionEffect.connect, tdi)
        guard connected.outcome == .succeeded else { return connected }
        return perform(.attach(domain), tdi)
    }

    /// From shared operation to CONFIG_LOCKED.
    @discardableResult
    func lock(_ tdi: FunctionAddress, _ epoch: LockEpoch = .one) -> EffectReport {
        carry([.unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock(epoch)], tdi)
    }

    /// From CONFIG_LOCKED to private operation.
    @discardableResult
    func accept(_ tdi: FunctionAddress, _ epoch: LockEpoch = .one) -> EffectReport {
        let collected = collect(tdi, epoch).report
        guard collected.outcome == .succeeded else { return collected }
        return carry([.reconfirm(epoch), .accept(epoch), .bindGuestDriver, .probePrivate], tdi)
    }

    /// All the way from the host to private operation.
    @discardableResult
    func convert(_ tdi: FunctionAddress, for domain: DomainID, _ epoch: LockEpoch = .one) -> EffectReport {
        for step in [{ self.attach(tdi, to: domain) }, { self.lock(tdi, epoch) }, { self.accept(tdi, epoch) }] {
            let report = step()
            if report.outcome != .succeeded { return report }
        }
        return EffectReport(.succeeded)
    }
}

extension LockEpoch {
    static let one = LockEpoch(rawValue: 1)
    static let two = LockEpoch(rawValue: 2)
}

extension DMAOutcome {
    var hasArrived: Bool {
        switch self {
        case .arrived: true
        case .stopped: false
        }
    }
}

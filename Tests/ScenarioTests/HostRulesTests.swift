import Assignment
import Emulator
import IOMMU
import PCIe
import Testing

@testable import ScenarioReplay

@Suite struct HostRulesTests {
    /// A host under test, driven without an engine: that is how it gets where no engine would bring it.
    private final class Host {
        private var model: HostModel
        let function: FunctionAddress
        let domain: DomainID

        init() throws {
            let topology = try Topology.demo()
            model = try HostModel(topology, entropy: SeededEntropy(seed: 1))
            function = topology.devices[0].address
            domain = topology.domains[0].id
        }

        func breach(_ phase: AssignmentState?) -> SafetyRule? {
            let phases: KnownPhases = phase.map { .known([function: $0]) } ?? .nobodyKnows
            return HostRules(phases, model).breach(in: model)?.rule
        }

        func carry(_ effects: [AssignmentEffect]) {
            for effect in effects {
                let report = model.perform(effect, on: function)
                #expect(report.outcome == .succeeded, "\(effect.name.rawValue): \(report.detail)")
            }
        }

        func connect() {
            #expect(model.perform(ConnectionEffect.connect, on: function).outcome == .succeeded)
        }

        func collect(_ epoch: LockEpoch) {
            let nonce = [UInt8](repeating: 7, count: 32)
            #expect(model.collectEvidence(from: function, epoch: epoch, nonce: nonce).report.outcome == .succeeded)
        }
    }

    private let epoch = LockEpoch(rawValue: 1)

    private func attached(_ host: Host) -> AssignmentState {
        .attached(Attached(lineage: Lineage(), owner: host.domain))
    }

    private func privateOperation(_ host: Host) -> AssignmentState {
        .private(Private(lineage: Lineage(), owner: host.domain))
    }

    /// A host whose accelerator is in shared operation.
    private func attachedHost() throws -> Host {
        let host = try Host()
        host.carry([.releaseHostDriver])
        host.connect()
        host.carry([.attach(host.domain)])
        return host
    }

    /// A host whose accelerator is in private operation.
    private func privateHost() throws -> Host {
        let host = try attachedHost()
        host.carry([.unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings, .lock(epoch)])
        host.collect(epoch)
        host.carry([.reconfirm(epoch), .accept(epoch), .bindGuestDriver])
        return host
    }

    @Test func `what is open in the phase that it belongs to breaks nothing`() throws {
        let fresh = try Host()
        #expect(fresh.breach(.initial) == nil)
        let shared = try attachedHost()
        #expect(shared.breach(attached(shared)) == nil)
        let converted = try privateHost()
        #expect(converted.breach(privateOperation(converted)) == nil)
    }

    @Test func `T=1 that is open in another phase is a breach, while a manager lives`() throws {
        let host = try privateHost()
        #expect(host.breach(attached(host)) == .noTrustedDMAWithoutRun)
        #expect(host.breach(.initial) == .noTrustedDMAWithoutRun)
        #expect(host.breach(nil) == nil)
    }

    @Test func `a page that changed hands under a translation is a breach`() throws {
        let function = try Host().function
        let held = { (owner: FrameOwner) in
            HeldTranslation(
                tBit: .trusted, address: 0, physical: 0x20_0000, permissions: .readWrite,
                owner: .private(DomainNumber(rawValue: 1)), ownerNow: owner)
        }
        #expect(HostRules.changed([held(.private(DomainNumber(rawValue: 1)))], of: function) == nil)
        #expect(
            HostRules.changed([held(.shared(DomainNumber(rawValue: 1)))], of: function)?.rule == .noConversionUnderDMA)
    }

    @Test func `T=0 that is open in private operation is a breach`() throws {
        let host = try attachedHost()
        #expect(host.breach(privateOperation(host)) == .silentWhenLockedOrFailed)
        #expect(host.breach(nil) == nil)
    }
}

import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

/// A function that tries everything, in every place of its life: nothing of it may arrive.
@Suite struct MisbehaviourTests {
    static let steps: [[AssignmentEffect]] = [
        [.unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings], [.lock(.one)], [.stop], [.lock(.two)],
    ]

    @Test func `a misbehaving device reaches only what it may, from the host to private and back`() throws {
        let host = try TestHost()
        let demo = host.demo
        for tdi in [demo.accelerator, demo.vf0, demo.vf1, demo.nvme, demo.network] {
            host.happen(.misbehaves(tdi, true))
        }
        host.advance()
        host.convert(demo.vf1, for: demo.db1)
        host.attach(demo.vf0, to: demo.web1)
        for step in Self.steps {
            #expect(host.carry(step, demo.vf0).outcome == .succeeded)
            host.advance()
        }
        #expect(host.accept(demo.vf0, .two).outcome == .succeeded)
        host.advance()
        host.happen(.poisonedData(demo.vf0))
        host.advance()
        host.carry([.cut(.first)] + ReturnTests.homeward, demo.vf0)
        host.advance()
        host.carry([.restoreMappings, .bindGuestDriver], demo.vf0)
        host.advance()
        for tdi in [demo.accelerator, demo.vf0, demo.vf1, demo.nvme, demo.network] {
            let workload = try host.view(tdi).workload
            #expect(workload.attempts > 0)
            #expect(workload.violations == 0, "\(tdi)")
        }
        #expect(try host.view(demo.vf0).workload.privateArrived > 0)
    }

    @Test func `T=1 without a stream stops at the root port`() throws {
        let host = try TestHost()
        let demo = host.demo
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        #expect(host.tryDMA(demo.vf0, .trusted, at: 1 << 20) == .stopped(.noSecureStream(.withheld(.configLocked))))
    }

    @Test func `T=0 of a TDI in RUN is refused by the rule against mixed traffic`() throws {
        let host = try TestHost()
        let demo = host.demo
        host.convert(demo.vf0, for: demo.web1)
        guard case .stopped(.fault(let fault)) = host.tryDMA(demo.vf0, .untrusted, at: 0) else {
            Issue.record("T=0 of a TDI in RUN must fault")
            return
        }
        #expect(fault.rule == .noMixedTraffic)
    }

    @Test func `a route is explained up to the check that fails`() throws {
        let host = try TestHost()
        let demo = host.demo
        host.attach(demo.vf0, to: demo.web1)
        let arrives = try host.explain(demo.vf0, .untrusted, at: 0x5000)
        guard case .reaches = arrives.iommu.route else {
            Issue.record("T=0 to a shared page must be routed")
            return
        }
        let faults = try host.explain(demo.vf0, .trusted, at: 1 << 20)
        guard case .faults(let fault) = faults.iommu.route else {
            Issue.record("T=1 of an unconverted function must fault")
            return
        }
        #expect(fault.rule == .noTrustedDMAWithoutRun)
    }
}

import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

@Suite struct ConversionTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    @Test func `the host's driver makes T=0 DMA to the host's buffers`() throws {
        host.advance()
        let view = try host.view(demo.accelerator)
        #expect(view.workload.hostArrived > 0)
        #expect(view.standing == .host)
        #expect(view.driver == "accel")
    }

    @Test func `an attached function reaches shared pages by T=0 and nothing else`() throws {
        #expect(host.attach(demo.accelerator, to: demo.web1).outcome == .succeeded)
        host.advance()
        let view = try host.view(demo.accelerator)
        #expect(view.state == .configUnlocked)
        #expect(view.workload.sharedArrived > 0)
        #expect(view.workload.privateArrived == 0)
        #expect(host.tryDMA(demo.accelerator, .untrusted, at: 0).hasArrived)
        #expect(!host.tryDMA(demo.accelerator, .untrusted, at: 1 << 20).hasArrived)
        #expect(!host.tryDMA(demo.accelerator, .trusted, at: 1 << 20).hasArrived)
    }

    @Test func `a converted function reaches private pages by T=1 and nothing by T=0`() throws {
        let report = host.convert(demo.accelerator, for: demo.web1)
        #expect(report.outcome == .succeeded, "\(report.detail)")
        host.advance()
        let view = try host.view(demo.accelerator)
        #expect(view.state == .run)
        #expect(view.workload.privateArrived > 0)
        #expect(view.workload.violations == 0)
        let routes = try host.routes(demo.accelerator)
        #expect(routes.untrusted.isEmpty)
        #expect(routes.trusted.map(\.addresses) == [1 << 20..<32 << 20])
    }
}

import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

@Suite struct TwoDomainsTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
        #expect(host.convert(demo.vf0, for: demo.web1).outcome == .succeeded)
        #expect(host.convert(demo.vf1, for: demo.db1).outcome == .succeeded)
    }

    @Test func `two virtual functions of one device serve two VMs over one stream`() throws {
        host.advance()
        for tdi in [demo.vf0, demo.vf1] {
            let view = try host.view(tdi)
            #expect(view.state == .run)
            #expect(view.workload.privateArrived > 0)
            #expect(view.workload.violations == 0)
        }
        #expect(host.snapshot.bridges[0].ideStreamsLeft == 3)
    }

    @Test func `each reaches its own VM's memory only`() throws {
        let web = try #require(try host.routes(demo.vf0).trusted.first)
        let db = try #require(try host.routes(demo.vf1).trusted.first)
        #expect(web.owner == .private(DomainNumber(rawValue: 1)))
        #expect(db.owner == .private(DomainNumber(rawValue: 2)))
        #expect(db.addresses.upperBound == 64 << 20)
        #expect(!host.tryDMA(demo.vf0, .trusted, at: 48 << 20).hasArrived)
        #expect(host.tryDMA(demo.vf1, .trusted, at: 48 << 20).hasArrived)
    }

    @Test func `releasing one leaves the other private`() throws {
        let report = host.carry([.unbindGuestDriver, .cut(.first), .stop, .reset(.function)], demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(try host.view(demo.vf1).state == .run)
        #expect(host.perform(.probePrivate, demo.vf1).outcome == .succeeded)
    }

    @Test func `a function goes from one VM to another through the host`() throws {
        host.carry([.unbindGuestDriver, .cut(.first)] + ReturnTests.homeward + [.detach(demo.web1)], demo.vf0)
        #expect(host.perform(.attach(demo.db1), demo.vf0).outcome == .succeeded)
        host.lock(demo.vf0, .two)
        #expect(host.accept(demo.vf0, .two).outcome == .succeeded)
        #expect(try host.routes(demo.vf0).trusted.first?.owner == .private(DomainNumber(rawValue: 2)))
    }

    @Test func `memory is counted by owner`() {
        let memory = host.memory
        #expect(memory.domains.map(\.shared) == [256, 256, 4096, 256])
        #expect(memory.domains.map(\.private) == [7936, 16128, 0, 3840])
        #expect(memory.host == 512)
    }
}

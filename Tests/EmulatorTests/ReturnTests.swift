import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

@Suite struct ReturnTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    /// The way home that the engine walks after the cut.
    static let homeward: [AssignmentEffect] = [
        .stop, .reset(.function), .compareIdentity, .restoreConfiguration, .proveReturn,
    ]

    @Test func `a released function is back in shared operation, its mappings as they were`() throws {
        host.attach(demo.vf0, to: demo.web1)
        let before = try host.routes(demo.vf0).untrusted
        host.lock(demo.vf0)
        host.accept(demo.vf0)
        host.carry([.unbindGuestDriver, .cut(.first)] + Self.homeward, demo.vf0)
        let restored = host.perform(.restoreMappings, demo.vf0)
        #expect(restored.proofs.map(\.claim) == ReturnClaim.allCases.filter { $0.moment == .open }.map(\.rawValue))
        #expect(restored.proofs.allSatisfy { $0.result == .proven }, "\(restored.proofs)")
        let report = host.perform(.bindGuestDriver, demo.vf0)
        #expect(report.outcome == .succeeded, "\(report.detail)")
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        #expect(try host.routes(demo.vf0).untrusted == before)
        #expect(try host.routes(demo.vf0).trusted.isEmpty)
        host.advance()
        #expect(try host.view(demo.vf0).workload.violations == 0)
    }

    @Test func `the proof while nothing passes names what it looked at, and says nothing of DMA`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first), .stop, .reset(.function)], demo.vf0)
        let report = host.perform(.proveReturn, demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(
            report.proofs.map { "\($0.claim): \($0.result.rawValue)" } == [
                "state is CONFIG_UNLOCKED: proven", "configuration space is as it was saved: proven",
            ])
        #expect(try !host.view(demo.vf0).isBusMaster)
    }

    @Test func `the proof of return does not hold while the TDI is in ERROR`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first)], demo.vf0)
        let report = host.perform(.proveReturn, demo.vf0)
        #expect(report.outcome == .failed(.notProven))
        #expect(report.proofs.first?.result == .disproven)
    }

    @Test func `the return of a device that is gone is not proven by its silence`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first), .stop, .reset(.function)], demo.vf0)
        host.happen(.deviceGone(demo.accelerator))
        for effect in [AssignmentEffect.proveReturn, .restoreMappings] {
            let report = host.perform(effect, demo.vf0)
            #expect(report.outcome == .failed(.notProven))
            #expect(report.proofs.allSatisfy { $0.result != .proven }, "\(report.proofs)")
        }
    }

    @Test func `the old private page is known even when nobody knows whether START worked`() throws {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        host.inject(MessageFault(.startInterface, .dropResponse))
        #expect(host.accept(demo.vf0).outcome != .succeeded)
        host.carry([.cut(.first), .stop, .reset(.function)], demo.vf0)
        let claims = host.perform(.restoreMappings, demo.vf0).proofs.map(\.claim)
        #expect(claims.contains(ReturnClaim.oldPageTrusted.rawValue))
    }

    @Test func `a function goes back to the host's driver and makes host DMA again`() throws {
        host.convert(demo.accelerator, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first), .stop, .reset(.function)], demo.accelerator)
        host.perform(ConnectionEffect.connect, demo.accelerator)
        let report = host.carry(
            [.compareIdentity, .restoreConfiguration, .proveReturn, .detach(demo.web1), .returnHostDriver],
            demo.accelerator)
        #expect(report.outcome == .succeeded, "\(report.detail)")
        let arrived = try host.view(demo.accelerator).workload.hostArrived
        host.advance()
        let view = try host.view(demo.accelerator)
        #expect(view.driver == "accel" && view.domain == nil && view.standing == .host)
        #expect(view.workload.hostArrived > arrived)
    }

    @Test func `an FLR of a locked TDI causes ERROR, and STOP is still owed`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first)], demo.vf0)
        #expect(host.perform(.reset(.function), demo.vf0).outcome == .succeeded)
        #expect(host.perform(.askState, demo.vf0).state == .error)
        #expect(host.perform(.stop, demo.vf0).outcome == .succeeded)
        #expect(host.perform(.askState, demo.vf0).state == .configUnlocked)
    }

    @Test func `a conventional reset takes siblings along and ends the session`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.convert(demo.vf1, for: demo.db1)
        _ = host.notices(demo.vf0)
        #expect(host.perform(.reset(.conventional), demo.vf0).outcome == .succeeded)
        #expect(try host.view(demo.vf0).state == .configUnlocked)
        #expect(try host.view(demo.vf1).state == .configUnlocked)
        #expect(try host.stream(demo.vf0).session == nil)
        let notices = host.notices(demo.vf0)
        #expect(notices.contains(.connection(.deviceReset)))
        #expect(notices.contains(.device(demo.vf1, .deviceReset)))
        #expect(!notices.contains(.device(demo.vf0, .deviceReset)))
    }

    @Test func `a conventional reset proves the return without a session`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first), .reset(.conventional), .restoreConfiguration], demo.vf0)
        let report = host.perform(.proveReturn, demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(report.proofs.first?.result == .notProven)
    }

    @Test func `pages that are not shared any more are left out when mappings come back`() throws {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        host.happen(.pagesConverted(demo.web1, from: 0x4000, size: 0x2000, toShared: false))
        host.carry([.cut(.first)] + Self.homeward, demo.vf0)
        let report = host.perform(.restoreMappings, demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(report.detail.contains("2 pages left out"))
        host.perform(.bindGuestDriver, demo.vf0)
        #expect(try host.routes(demo.vf0).untrusted.map(\.addresses) == [0..<0x4000, 0x6000..<1 << 20])
    }

    @Test func `a page that a guest makes shared is out of reach of T=1 at once`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.happen(.pagesConverted(demo.web1, from: 0x20_0000, size: 0x1000, toShared: true))
        #expect(!host.tryDMA(demo.vf0, .trusted, at: 0x20_0000).hasArrived)
        #expect(host.tryDMA(demo.vf0, .trusted, at: 0x20_1000).hasArrived)
        #expect(host.memory.domains[0].shared == 257)
        host.happen(.pagesConverted(demo.web1, from: 0x20_0000, size: 0x1000, toShared: false))
        #expect(host.tryDMA(demo.vf0, .trusted, at: 0x20_0000).hasArrived)
    }

    @Test func `moved memory is put back before the return is proven`() throws {
        host.attach(demo.nvme, to: demo.db1)
        host.happen(.memoryMoved(demo.nvme, register: 0, value: 0x8000_0000))
        host.carry([.unbindGuestDriver, .reset(.function)], demo.nvme)
        #expect(host.perform(.proveReturn, demo.nvme).outcome == .failed(.notProven))
        #expect(host.perform(.restoreConfiguration, demo.nvme).outcome == .succeeded)
        host.perform(ConnectionEffect.connect, demo.nvme)
        #expect(host.perform(.proveReturn, demo.nvme).outcome == .succeeded)
    }

    @Test func `another card in the slot is not the device that was there before`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.happen(.identitySwapped(demo.accelerator, serial: "ACC-9999"))
        host.perform(ConnectionEffect.connect, demo.vf0)
        let report = host.perform(.compareIdentity, demo.vf0)
        #expect(report.outcome == .failed(.identityChanged))
        #expect(report.detail == "serial ACC-9999, before ACC-0001; changed: certificate, serial number")
    }

    @Test func `the second cut ends what the function sends, and spares its siblings`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.convert(demo.vf1, for: demo.db1)
        #expect(host.perform(.cut(CutRank(rawValue: 1)), demo.vf0).outcome == .succeeded)
        #expect(try host.view(demo.vf0).state == .error)
        #expect(!host.tryDMA(demo.vf0, .trusted, at: 1 << 20).hasArrived)
        #expect(host.tryDMA(demo.vf1, .trusted, at: 1 << 20).hasArrived)
        host.happen(.deviceGone(demo.accelerator))
        #expect(host.perform(.cut(CutRank(rawValue: 1)), demo.vf0).outcome == .failed(.deviceGone))
    }

    @Test func `the third cut disables the stream and takes siblings along; there is no fourth`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.convert(demo.vf1, for: demo.db1)
        host.happen(.defect(demo.accelerator, .rootPortFails))
        #expect(host.perform(.cut(CutRank(rawValue: 2)), demo.vf0).outcome == .failed(.notProven))
        #expect(host.tryDMA(demo.vf1, .trusted, at: 1 << 20).hasArrived)
        #expect(host.perform(.cut(CutRank(rawValue: 2)), demo.vf0).outcome == .succeeded)
        #expect(!host.tryDMA(demo.vf1, .trusted, at: 1 << 20).hasArrived)
        #expect(host.notices(demo.vf0).contains(.connection(.streamInsecure)))
        #expect(host.perform(.cut(CutRank(rawValue: 3)), demo.vf0).outcome == .failed(.unsupported))
    }
}

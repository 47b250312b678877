import Assignment
import Emulator
import IOMMU
import PCIe
import Testing

/// What is wrong with a platform shows behind the opened gate, which is shut again.
@Suite struct ReturnProofTests {
    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    /// The claims that a defect of the platform disproves, and no others.
    static let defects: [(PlatformDefect, Set<ReturnClaim>)] = [
        (.staleTranslation, [.oldPageUntrusted]), (.wideRestore, [.outsideFaults]),
        (.trustedEntryReturns, [.insideArrives, .oldPageTrusted]),
    ]

    @Test(arguments: defects)
    func `a defect of the platform disproves its claims, and nothing passes again`(
        defect: PlatformDefect, claims: Set<ReturnClaim>
    ) throws {
        goHome(with: defect)
        let report = host.perform(.restoreMappings, demo.vf0)
        #expect(report.outcome == .failed(.notProven))
        let disproven = report.proofs.filter { $0.result == .disproven }.map(\.claim)
        #expect(Set(disproven) == Set(claims.map(\.rawValue)), "\(report.proofs)")
        let view = try host.view(demo.vf0)
        #expect(view.standing == .error && view.trustedTable == nil)
        #expect(try host.routes(demo.vf0).untrusted.isEmpty)
    }

    @Test(arguments: defects.map(\.0))
    func `what went wrong once does not keep the mappings from coming back the next time`(
        defect: PlatformDefect
    ) throws {
        host.attach(demo.vf0, to: demo.web1)
        let before = try host.routes(demo.vf0).untrusted
        host.lock(demo.vf0)
        host.accept(demo.vf0)
        goHome(with: defect, isPrivate: true)
        #expect(host.perform(.restoreMappings, demo.vf0).outcome == .failed(.notProven))
        let again = host.perform(.restoreMappings, demo.vf0)
        #expect(again.outcome == .succeeded, "\(again.detail)")
        host.perform(.bindGuestDriver, demo.vf0)
        #expect(try host.routes(demo.vf0).untrusted == before)
    }

    @Test func `configuration space that is not as it was saved fails the proof while nothing passes`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first), .stop, .reset(.function), .restoreConfiguration], demo.vf0)
        host.happen(.configurationWrite(demo.vf0, offset: 0x04, width: 2, value: 0x0004))
        let report = host.perform(.proveReturn, demo.vf0)
        #expect(report.outcome == .failed(.notProven))
        let disproven = report.proofs.filter { $0.result == .disproven }.map(\.claim)
        #expect(disproven == [ReturnClaim.configuration.rawValue], "\(report.proofs)")
    }

    @Test func `a page that was left out is among what is tried outside the map`() throws {
        host.attach(demo.vf0, to: demo.web1)
        host.lock(demo.vf0)
        host.happen(.pagesConverted(demo.web1, from: 0x4000, size: 0x2000, toShared: false))
        host.carry([.cut(.first)] + ReturnTests.homeward, demo.vf0)
        let proof = host.perform(.restoreMappings, demo.vf0).proofs.first {
            $0.claim == ReturnClaim.outsideFaults.rawValue
        }
        // The two pages, behind the map, and far away.
        #expect(proof?.seen.hasSuffix("and at 3 more") == true, "\(String(describing: proof))")
    }

    @Test func `a device that goes to the host is shown behind the host's opened gate`() throws {
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first)] + ReturnTests.homeward + [.detach(demo.web1)], demo.vf0)
        let report = host.perform(.returnHostDriver, demo.vf0)
        #expect(report.outcome == .succeeded)
        #expect(report.proofs.map(\.claim) == ReturnClaim.allCases.filter { $0.moment == .open }.map(\.rawValue))
        #expect(report.proofs.allSatisfy { $0.result == .proven }, "\(report.proofs)")
    }

    @Test func `where T=0 is not translated, that it arrives is not proven, and is excused`() throws {
        var topology = try Topology.demo()
        topology.profile = try RoutingProfile(.trustedOnly)
        let host = try TestHost(topology)
        host.convert(demo.vf0, for: demo.web1)
        host.carry([.unbindGuestDriver, .cut(.first)] + ReturnTests.homeward, demo.vf0)
        let report = host.perform(.restoreMappings, demo.vf0)
        #expect(report.outcome == .succeeded, "\(report.detail)")
        let open = report.proofs.filter { $0.result == .notProven }.map(\.claim)
        #expect(open == [ReturnClaim.insideArrives.rawValue])
    }

    /// Walks the way home up to the opened gate.
    private func goHome(with defect: PlatformDefect, isPrivate: Bool = false) {
        if !isPrivate { host.convert(demo.vf0, for: demo.web1) }
        host.happen(.platformDefect(demo.vf0, defect))
        host.carry([.unbindGuestDriver, .cut(.first)] + ReturnTests.homeward, demo.vf0)
    }
}

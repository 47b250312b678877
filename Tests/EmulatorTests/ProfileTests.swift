import Assignment
import Emulator
import IOMMU
import PCIe
import TDISP
import Testing

/// The life of a device on each platform: what its DMA reaches in shared and in private operation, and on the way home.
@Suite struct `Platform profiles, emulated` {
    private static func host(_ profile: RoutingProfile) throws -> TestHost {
        var topology = try Topology.demo()
        topology.profile = profile
        return try TestHost(topology)
    }

    private static func owners(_ ranges: [ReachableRange]) -> Set<FrameOwner> { Set(ranges.map(\.owner)) }

    private static let web = DomainNumber(rawValue: 1)

    @Test(arguments: RoutingProfile.all)
    func `a device reaches what its platform declares, at every station of its life`(profile: RoutingProfile) throws {
        let host = try Self.host(profile)
        let vf0 = host.demo.vf0
        #expect(host.attach(vf0, to: host.demo.web1).outcome == .succeeded)
        let attached = try host.routes(vf0)
        #expect(Self.owners(attached.untrusted) == (profile.walks(.host) ? [.shared(Self.web)] : []))
        #expect(attached.trusted.isEmpty)

        #expect(host.lock(vf0).outcome == .succeeded)
        let locked = try host.routes(vf0)
        #expect(locked.untrusted.isEmpty && locked.trusted.isEmpty)

        let accepted = host.accept(vf0)
        #expect(accepted.outcome == .succeeded, "\(accepted.detail)")
        host.advance(20_000_000)
        try expectPrivate(host, profile)
        try expectWindowAlone(host, profile)

        #expect(host.perform(.cut(.first), vf0).outcome == .succeeded)
        let cut = try host.routes(vf0)
        #expect(cut.untrusted.isEmpty && cut.trusted.isEmpty)
        let home = host.carry(
            [
                .stop, .reset(.function), .compareIdentity, .restoreConfiguration, .proveReturn, .restoreMappings,
                .bindGuestDriver,
            ], vf0)
        #expect(home.outcome == .succeeded, "\(home.detail)")
        #expect(try Self.owners(host.routes(vf0).untrusted) == Self.owners(attached.untrusted))
        #expect(try host.routes(vf0).trusted.isEmpty)
    }

    private func expectPrivate(_ host: TestHost, _ profile: RoutingProfile) throws {
        let routes = try host.routes(host.demo.vf0)
        let both: Set<FrameOwner> = [.private(Self.web), .shared(Self.web)]
        #expect(Self.owners(routes.trusted) == (profile.vTOM == nil ? [.private(Self.web)] : both))
        #expect(Self.owners(routes.untrusted) == (profile.declaresMixedTraffic ? [.shared(Self.web)] : []))
        let workload = try host.view(host.demo.vf0).workload
        #expect(workload.privateArrived > 0)
        #expect(workload.violations == 0)
    }

    /// A page that becomes shared is out of reach of T=1, but for the window that a platform has.
    private func expectWindowAlone(_ host: TestHost, _ profile: RoutingProfile) throws {
        let page: UInt64 = 8 << 20
        let isMapped = { (ranges: [ReachableRange], address: UInt64) in
            ranges.contains { $0.addresses.contains(address) }
        }
        // A guest with an IOMMU maps its driver's rings alone.
        #expect(try isMapped(host.routes(host.demo.vf0).trusted, page) == !profile.walks(.guest))
        host.happen(.pagesConverted(host.demo.web1, from: page, size: 4096, toShared: true))
        let after = try host.routes(host.demo.vf0)
        #expect(!isMapped(after.trusted, page))
        guard let vTOM = profile.vTOM else { return }
        #expect(after.trusted.contains { $0.addresses.contains(vTOM + page) && $0.owner == .shared(Self.web) })
    }

    @Test func `a bad private DMA fences its VM on SEV-TIO until the device is stopped`() throws {
        let host = try Self.host(RoutingProfile(.sevTIO))
        #expect(host.convert(host.demo.vf0, for: host.demo.web1).outcome == .succeeded)
        #expect(host.convert(host.demo.vf1, for: host.demo.web1).outcome == .succeeded)
        let page: UInt64 = 1 << 20
        #expect(host.tryDMA(host.demo.vf1, .trusted, at: page).hasArrived)
        #expect(!host.tryDMA(host.demo.vf0, .trusted, at: 1 << 30).hasArrived)
        #expect(!host.tryDMA(host.demo.vf1, .trusted, at: page).hasArrived)
        host.perform(.cut(.first), host.demo.vf0)
        #expect(host.perform(.stop, host.demo.vf0).outcome == .succeeded)
        #expect(host.tryDMA(host.demo.vf1, .trusted, at: page).hasArrived)
    }

    @Test func `with a split vIOMMU T=0 passes the guest's table by`() throws {
        let host = try Self.host(RoutingProfile(.armCCA, viommu: .split))
        host.attach(host.demo.vf0, to: host.demo.web1)
        // The guest's table maps its ring of shared pages from 0x80000 on; the ring itself is at guest physical 0.
        guard case .arrived(let segments) = host.tryDMA(host.demo.vf0, .untrusted, at: 0x8_0000),
            case .arrived(let ring) = host.tryDMA(host.demo.vf0, .untrusted, at: 0)
        else {
            Issue.record("T=0 does not arrive")
            return
        }
        #expect(segments.first?.physical == ring.first.map { $0.physical + 0x8_0000 })
    }

    @Test func `with a unified vIOMMU T=0 goes by the guest's table`() throws {
        let host = try Self.host(RoutingProfile(.armCCA, viommu: .unified))
        host.attach(host.demo.vf0, to: host.demo.web1)
        #expect(host.tryDMA(host.demo.vf0, .untrusted, at: 0x8_0000).hasArrived)
        #expect(!host.tryDMA(host.demo.vf0, .untrusted, at: 0).hasArrived)
    }
}

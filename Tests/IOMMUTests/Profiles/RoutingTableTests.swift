import PCIe
import Testing

@testable import IOMMU

/// Every cell of every profile's table, by requests through real tables, held against a table written by hand.
@Suite struct `Profile tables` {
    private typealias F = Fixture

    /// What T=0 and T=1 reach in each standing (host, unlocked, locked, run, error): `h`ost pages, `s`hared or
    /// `p`rivate pages of the own VM, shared ones through the `v`TOM window, `-` nothing, `x` not translated; `g` in
    /// front: behind the guest's table.
    private static let tables: [String: [(untrusted: String, trusted: String)]] = [
        "sev-tio": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "pv"), ("-", "-")],
        "sev-tio/split": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "gp"), ("-", "-")],
        "tdx-connect": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "p"), ("-", "-")],
        "arm-cca": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "p"), ("-", "-")],
        "arm-cca/split": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "gp"), ("-", "-")],
        "arm-cca/unified": [("h", "-"), ("gs", "-"), ("-", "-"), ("gs", "gp"), ("-", "-")],
        "cove-io": [("h", "-"), ("s", "-"), ("-", "-"), ("-", "p"), ("-", "-")],
        "trusted-only": [("x", "-"), ("x", "-"), ("-", "-"), ("x", "p"), ("-", "-")],
        "trusted-only/split": [("x", "-"), ("x", "-"), ("-", "-"), ("x", "gp"), ("-", "-")],
    ]

    private static let cells = Standing.allCases.flatMap { standing in TBit.allCases.map { (standing, $0) } }

    private static func expectation(_ profile: RoutingProfile, _ standing: Standing, _ tBit: TBit) throws -> String {
        let row = try #require(tables[profile.description])[Int(standing.rawValue)]
        return tBit == .untrusted ? row.untrusted : row.trusted
    }

    private static func reaches(_ sample: PageSample, throughVTOM: Bool, _ expectation: String) -> Bool {
        switch sample {
        case .host: !throughVTOM && expectation.contains("h")
        case .ownShared: expectation.contains(throughVTOM ? "v" : "s")
        case .ownPrivate: !throughVTOM && expectation.contains("p")
        case .otherPrivate, .otherShared: false
        }
    }

    @Test func `every profile has its row`() {
        #expect(Set(Self.tables.keys) == Set(RoutingProfile.all.map(\.description)))
    }

    @Test(arguments: RoutingProfile.all, cells)
    func `a request reaches what its cell says and nothing else`(
        profile: RoutingProfile, cell: (standing: Standing, tBit: TBit)
    ) throws {
        var world = try ProfileWorld(profile)
        world.unit.hold(F.device, as: cell.standing, for: F.one)
        let expectation = try Self.expectation(profile, cell.standing, cell.tBit)
        for sample in PageSample.allCases {
            for throughVTOM in profile.vTOM == nil ? [false] : [false, true] {
                let request = world.request(sample, cell.tBit, throughVTOM: throughVTOM)
                let route = world.unit.route(request)
                if Self.reaches(sample, throughVTOM: throughVTOM, expectation) {
                    #expect(route.physical == sample.physical)
                } else {
                    let fault = try #require(route.fault)
                    #expect(fault.check == check(of: request, sample, throughVTOM, expectation, world))
                    #expect(fault.rule == rule(of: fault.check, cell.standing, cell.tBit))
                }
            }
        }
        let passage = profile.cell(cell.standing, cell.tBit).passage
        if case .walked(let walk) = passage { #expect(walk.hasFirstStage == expectation.hasPrefix("g")) }
    }

    /// The check that stops a request which reaches nothing.
    private func check(
        of request: DMARequest, _ sample: PageSample, _ throughVTOM: Bool, _ expectation: String, _ world: ProfileWorld
    ) -> Fault.Check {
        let context = world.unit.context(of: F.device)
        if expectation == "x" { return .notTranslated(request.tBit) }
        if expectation == "-" { return .gate(context.standing, request.tBit) }
        let isInTable = request.tBit == .untrusted ? !throughVTOM : !world.refused.contains(sample)
        let owner = world.unit.ownership.owner(of: sample.physical) ?? .host
        // Of what the tables lack, the host's page alone has a neighbour in its 2 MiB, and the window has nothing at
        // all.
        return isInTable
            ? .ownership(physical: sample.physical, owner)
            : .notMapped(level: throughVTOM ? 4 : sample == .host ? 1 : 2)
    }

    private func rule(of check: Fault.Check, _ standing: Standing, _ tBit: TBit) -> RoutingRule? {
        if case .gate = check {
            return switch standing {
            case .locked, .error: .silentWhenLockedOrFailed
            case .run: .noMixedTraffic
            case .host, .unlocked: .noTrustedDMAWithoutRun
            }
        }
        guard case .ownership(_, let owner) = check else { return nil }
        if tBit == .trusted { return .noTrustedDMAWithoutRun }
        if case .private = owner { return .noUntrustedDMAToPrivate }
        return nil
    }

    @Test(arguments: RoutingProfile.all)
    func `T=0 reaches no private page, whatever the host maps and whoever holds the function`(profile: RoutingProfile)
        throws
    {
        var world = try ProfileWorld(profile)
        for standing in Standing.allCases {
            for domain in [F.one, F.two] {
                world.unit.hold(F.device, as: standing, for: domain)
                for sample in [PageSample.ownPrivate, .otherPrivate] {
                    for isBehindFirstStage in [false, true] {
                        let address = sample.address(isBehindFirstStage: isBehindFirstStage)
                        #expect(world.unit.route(F.request(address, .untrusted)).fault != nil)
                    }
                }
                for range in world.unit.reachableRanges(of: F.device, .untrusted) {
                    #expect(range.owner == .host || range.owner == .shared(domain))
                }
            }
        }
    }

    @Test(arguments: RoutingProfile.all)
    func `what T=1 may have a table map, or reach, is the structure's own matter`(profile: RoutingProfile) throws {
        var world = try ProfileWorld(profile)
        let others: [PageSample] = [.host, .ownShared, .otherPrivate, .otherShared]
        #expect(world.refused == (profile.ownership.judgesMappings ? others : []))
        world.unit.hold(F.device, as: .run, for: F.one)
        // The owner changes behind the back of a mapping that was judged good: only a check of the access notices.
        try world.unit.ownership.give(0x10_0000..<0x10_1000, to: .private(F.two))
        let route = world.unit.route(world.request(.ownPrivate, .trusted))
        #expect((route.physical != nil) == !profile.ownership.checksTrustedAccess)
    }

    @Test(arguments: RoutingProfile.all)
    func `both T values reach memory only where the profile declares it`(profile: RoutingProfile) throws {
        var world = try ProfileWorld(profile)
        for standing in Standing.allCases {
            world.unit.hold(F.device, as: standing, for: F.one)
            let reached = TBit.allCases.filter { !world.unit.reachableRanges(of: F.device, $0).isEmpty }
            #expect(reached.count < 2 || profile.declaresMixedTraffic && standing == .run)
        }
        world.unit.hold(F.device, as: .run, for: F.one)
        let reached = TBit.allCases.filter { !world.unit.reachableRanges(of: F.device, $0).isEmpty }
        #expect(reached == (profile.declaresMixedTraffic ? [.untrusted, .trusted] : [.trusted]))
    }
}

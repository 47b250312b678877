import IOMMU
import PCIe
import Testing

@testable import Checker

/// The few bits that a platform state is say all that a remapping unit would do.
@Suite struct `Platform state` {
    /// Operations that leave the unit as its state says. Those of whole conversions and of attaching to a VM also stand
    /// for what owners of tables do behind them.
    private static let operations: [PlatformOperation] = [
        .hold(.host), .hold(.unlocked), .hold(.locked), .hold(.run), .hold(.error), .setBusMaster(false),
        .setBusMaster(true),
        .detachUntrusted, .attachToHost, .dropMappings, .restoreMappings, .openTrusted, .detachTrusted,
        .invalidateUntrusted, .invalidateTrusted, .clearDeviceCache, .use(.untrusted), .use(.trusted),
        .askForPage(.untrusted), .askForPage(.trusted),
    ]
    private static let behindOthers: [PlatformOperation] =
        [.attachToDomain, .land] + ConversionStep.allCases.map(PlatformOperation.convert)

    /// Every state that any sequence of operations leads to.
    private static func reachable(_ model: CheckerModel) -> [PlatformState] {
        var found = [PlatformState()]
        var seen = Set(found)
        var next = 0
        while next < found.count, found.count < 40 {
            for operation in operations + behindOthers {
                guard let state = operation.carriedOut(on: found[next], model) else { continue }
                if seen.insert(state).inserted { found.append(state) }
            }
            next += 1
        }
        return found
    }

    @Test(arguments: [PlatformProfile.sevTIO, .armCCA, .tdxConnect])
    func `a unit that is built anew routes and caches like the one that was changed`(platform: PlatformProfile) throws {
        let model = CheckerModel(try RoutingProfile(platform))
        var compared = 0
        for state in Self.reachable(model).prefix(12) {
            for operation in Self.operations {
                var unit = try ModelUnit(state, model)
                guard let next = operation.carriedOut(on: &unit, of: state) else { continue }
                let anew = try ModelUnit(next, model)
                #expect(
                    Routes(unit.unit, convertible: next.page) == Routes(anew.unit, convertible: next.page),
                    "\(operation) on \(state)")
                #expect(unit.cached == anew.cached, "\(operation) on \(state)")
                #expect(unit.asked == next.asked && anew.asked == next.asked, "\(operation) on \(state)")
                compared += 1
            }
        }
        #expect(compared > 60)
    }

    @Test func `a use leaves a translation in both caches and a DMA in flight, which hold a conversion up`() throws {
        let model = CheckerModel()
        let steps: [PlatformOperation] = [
            .attachToDomain, .hold(.unlocked), .convert(.request), .convert(.complete), .use(.untrusted),
            .convert(.request),
        ]
        let pending = try #require(
            steps.reduce(Optional(PlatformState())) { state, step in state.flatMap { step.carriedOut(on: $0, model) } })
        #expect(pending.page == .becomingPrivate)
        #expect(pending.traces == .untrusted)
        #expect(PlatformOperation.convert(.complete).carriedOut(on: pending, model) == nil)
        let way: [PlatformOperation] = [.land, .invalidateUntrusted, .clearDeviceCache]
        for left in way.indices {
            let some = way.enumerated().filter { $0.offset != left }.map(\.element)
            let state = some.reduce(pending) { $1.carriedOut(on: $0, model) ?? $0 }
            #expect(PlatformOperation.convert(.complete).carriedOut(on: state, model) == nil, "without \(way[left])")
        }
        let clear = way.reduce(pending) { $1.carriedOut(on: $0, model) ?? $0 }
        #expect(PlatformOperation.convert(.complete).carriedOut(on: clear, model)?.page == .private)
    }

    @Test(arguments: RoutingProfile.all) func `T=0 reaches shared pages in shared operation, where it is translated`(
        profile: RoutingProfile
    ) throws {
        var state = PlatformState()
        (state.standing, state.untrusted) = (.unlocked, .own)
        let routes = try Routes(state, CheckerModel(profile))
        #expect(routes.untrusted == (profile.walks(.host) ? .ownShared : []))
        #expect(routes.trusted == [])
    }

    @Test(arguments: RoutingProfile.all) func `T=1 reaches private pages of the owner in RUN, and shared ones by vTOM`(
        profile: RoutingProfile
    ) throws {
        var state = PlatformState()
        (state.standing, state.untrusted, state.isTrustedOpen) = (.run, .dropped, true)
        let routes = try Routes(state, CheckerModel(profile))
        #expect(routes.trusted == (profile.vTOM == nil ? .ownPrivate : [.ownPrivate, .ownShared]))
        #expect(routes.untrusted.isEmpty == !profile.declaresMixedTraffic)
    }
}

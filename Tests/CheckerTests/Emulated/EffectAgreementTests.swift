import Assignment
import IOMMU
import Testing

@testable import Checker

/// What an effect does to device and platform is written twice: for the checker's own small host, and for the emulated one.
/// Here both go the same way, and after each step the same is to be seen of both (``DeviceFacts``).
///
/// What the model leaves out, and so the walks: the bytes of configuration space; whether a VM runs; what of a connection
/// that does not come up, which messages decide (there the model has every outcome that there can be); replayed messages
/// and locks that nobody asked for, which concern the shipped machine of the interface alone. Nor do the walks convert
/// pages, leave anything of DMA in caches or in flight, or let a manager die: the remapping unit that conversions and caches
/// are of is the same on both sides, but who drives it there is compared by nothing.
@Suite struct `Effects of the checker and of the emulated host` {
    struct Case: Sendable, CustomTestStringConvertible {
        let profile: RoutingProfile
        let isFunctionZero: Bool
        var testDescription: String { "\(profile), \(isFunctionZero ? "function 0" : "a virtual function")" }

        var model: CheckerModel {
            CheckerModel(
                profile, hasCrashes: false, hasConversions: false, isFunctionZero: isFunctionZero,
                orders: [CheckerModel.allOrders[1]], recoveries: [CheckerModel.allRecoveries[2]])
        }
    }

    /// Every platform, and function 0 and a virtual function by turns.
    static let cases = RoutingProfile.all.enumerated().map {
        Case(profile: $0.element, isFunctionZero: $0.offset.isMultiple(of: 2))
    }

    @Test(arguments: cases) func `agree after every step of a walk that takes each kind of them`(_ case: Case) throws {
        var tour = try TwinTour(`case`.model)
        let difference = try tour.run(steps: 4_000)
        #expect(difference == nil)
        // Identity is adopted on an operator's word, and the state asked and a pause made by a manager that came back.
        let effects = Set(EffectName.allCases).subtracting([.none, .refuse, .adoptIdentity, .askState, .pause])
        #expect(effects.subtracting(tour.effects) == [])
        let happenings = LaneLabel.Happening.allCases.filter { EmulatedTwin.takes(.happened($0)) }
        let missing = Set(happenings).subtracting(tour.happenings)
        #expect(missing == (`case`.profile.fencesAfterFault ? [] : [.privateDMAFaulted]))
    }

    @Test(arguments: [PlatformOperation.hold(.error), .detachTrusted, .hold(.run), .dropMappings, .attachToHost])
    func `differ when the checker's leaves something out`(_ operation: PlatformOperation) throws {
        var model = Self.cases[0].model
        model.functions.platform = { $0 == operation ? [] : [$0] }
        var tour = try TwinTour(model)
        #expect(try tour.run(steps: 1_500) != nil)
    }
}

import Assignment
import IOMMU
import Testing

@testable import Checker

/// A fault that is put into the shipped functions, for the checker to find.
struct SeededFault {
    var model: CheckerModel

    /// The least that shows most faults: one VM, no conversions of pages, one thing may go wrong.
    init(
        _ profile: RoutingProfile = .standard, vms: Int = 1, faults: Int = 0, conversions: Bool = false,
        crashes: Bool = false, _ seed: (inout StepFunctions) -> Void
    ) {
        model = CheckerModel(
            profile, vms: vms, faults: faults, hasCrashes: crashes, hasConversions: conversions,
            orders: [CheckerModel.allOrders[0]], recoveries: CheckerModel.allRecoveries)
        seed(&model.functions)
    }

    /// Wraps the engine: `change` sees each step of the shipped one and may put another in its place.
    static func engine(
        _ functions: inout StepFunctions,
        _ change: @escaping @Sendable (AssignmentState, AssignmentEvent, EngineStep) -> EngineStep
    ) {
        let shipped = functions.engine
        functions.engine = { change($0, $1, shipped($0, $1)) }
    }

    /// What the checker finds: the rule that is broken, and the shortest way there. It must not make a difference whether states
    /// of a device that are alike are taken for one.
    func found() async throws -> HostCounterexample? {
        let automaton = try LaneAutomaton(model, untilBroken: true)
        let all = try await search(automaton), few = try await search(try automaton.minimised())
        #expect(all?.violation.rule == few?.violation.rule)
        #expect(all?.steps.count == few?.steps.count)
        return all
    }

    private func search(_ automaton: LaneAutomaton) async throws -> HostCounterexample? {
        let system = try #require(HostSystem<UInt64>(automaton, devices: 1))
        return await Search(system).runToRest().counterexample.map { HostCounterexample($0, on: system) }
    }
}

extension AssignmentEvent {
    /// Whether the pending effect of a name ended well.
    func isSuccess(of effect: EffectName) -> Bool { self == .finished(effect, .succeeded) }

    /// Whether the pending effect of a name did not end well.
    func isTrouble(of effect: EffectName) -> Bool {
        guard case .finished(effect, let outcome) = self else { return false }
        return outcome != .succeeded
    }
}

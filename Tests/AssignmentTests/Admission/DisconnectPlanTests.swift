import Assignment
import PCIe
import TDISP
import Testing

@Suite struct DisconnectPlanTests {
    private func scene(_ change: (inout Scene) -> Void = { _ in }) -> Scene {
        Scene().with {
            $0.connections[Scene.pf] = ConnectionSituation.connected.state
            $0.physical.connected = true
            change(&$0)
        }
    }

    @Test func `with no interface locked the connection is ended`() {
        let plan = scene().admission.planDisconnect(of: Scene.pf)
        #expect(plan.outcome == .go)
        #expect(plan.effects == [.disconnect])
        #expect(plan.takes.isEmpty)
        #expect(plan.streams?.before == 3 && plan.streams?.after == 4)
    }

    @Test func `a device in shared operation does not hold it up`() {
        let plan = scene { $0 = $0.recorded(.attached) }.admission.planDisconnect(of: Scene.pf)
        #expect(plan.outcome == .go)
    }

    @Test func `locked interfaces are listed, in whatever domain, and it is refused`() {
        let scene = scene {
            $0 = $0.recorded(.converted()).recorded(Walk().converts(for: Walk.database).rests, at: Scene.sibling)
        }
        let plan = scene.admission.planDisconnect(of: Scene.pf)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan.effects.isEmpty)
        #expect(plan.takes.map(\.address) == [Scene.vf, Scene.sibling])
        #expect(
            plan[.siblings]?.found
                == "would fall out of private operation: 0000:3b:00.1 (private, web), 0000:3b:00.2 (private, database)")
    }

    @Test func `told otherwise, it takes them along and says so`() {
        let plan = scene { $0 = $0.recorded(.converted()) }.admission.planDisconnect(of: Scene.pf, force: true)
        #expect(plan.outcome == .go)
        #expect(plan.effects == [.disconnect])
        #expect(plan[.siblings]?.verdict == .warned)
    }

    @Test func `a DSM that is not connected has nothing to end`() {
        let plan = Scene().admission.planDisconnect(of: Scene.pf)
        #expect(plan.outcome == .alreadyThere)
        #expect(plan.effects.isEmpty)
    }

    @Test func `only the function that hosts the DSM can be named`() {
        let plan = scene().admission.planDisconnect(of: Scene.vf)
        #expect(plan.outcome == .blocked(.refused))
        #expect(plan[.dsm]?.found == "its DSM is hosted by 0000:3b:00.0")
        #expect(plan[.dsm]?.advice == "name 0000:3b:00.0")
        let none = scene { $0.physical.dsm = nil }.admission.planDisconnect(of: Scene.pf)
        #expect(none.outcome == .blocked(.lacking))
    }

    @Test func `a function that is not there is not found`() {
        #expect(scene { $0.missing = [Scene.pf] }.admission.planDisconnect(of: Scene.pf).outcome == .blocked(.notFound))
    }
}

import Assignment
import Emulator
import PCIe
import TDISP
import Testing

/// The real engine over the emulated host: every effect it orders is carried out, every notice is fed back.
@Suite struct EngineTests {
    /// The least owner that works: one machine, outcomes and notices fed at once, connections without a machine of
    /// their own.
    struct Owner {
        let host: TestHost
        let tdi: FunctionAddress
        var state = AssignmentState.initial
        var effects: [EffectName] = []

        mutating func feed(_ event: AssignmentEvent) {
            var effect = AssignmentMachine.step(state, event).effect
            state = AssignmentMachine.step(state, event).state
            while effect.name != .none, effect.name != .refuse, effects.count < 200 {
                effects.append(effect.name)
                let outcome = carryOut(effect)
                takeNotices()
                let transition = AssignmentMachine.step(state, outcome)
                state = transition.state
                effect = transition.effect
            }
        }

        private func carryOut(_ effect: AssignmentEffect) -> AssignmentEvent {
            let report: EffectReport
            switch effect {
            case .requireConnection: report = host.perform(ConnectionEffect.connect, tdi)
            case .rekey: report = host.perform(ConnectionEffect.refreshKeys, tdi)
            case .collectEvidence(let epoch): report = host.collect(tdi, epoch).report
            case .appraise: report = EffectReport(.succeeded)
            default: report = host.perform(effect, tdi)
            }
            if effect == .askState, let answer = report.state { return .answered(answer) }
            return .finished(effect.name, report.outcome)
        }

        private mutating func takeNotices() {
            for case .device(tdi, let observation) in host.notices(tdi) {
                let transition = AssignmentMachine.step(state, .observed(observation))
                state = transition.state
            }
        }
    }

    let host: TestHost
    let demo: Demo

    init() throws {
        host = try TestHost()
        demo = host.demo
    }

    @Test func `the engine converts and releases a device to where it was`() throws {
        var owner = Owner(host: host, tdi: demo.vf0)
        owner.feed(.convert(demo.web1, StandingOrders()))
        #expect(owner.state.phase == .private)
        #expect(try host.view(demo.vf0).state == .run)
        owner.feed(.release(to: .available))
        #expect(owner.state.phase == .available)
        let view = try host.view(demo.vf0)
        #expect(view.driver == "accel" && view.domain == nil && view.state == .configUnlocked)
        #expect(view.workload.violations == 0)
    }

    @Test func `the engine rests a device in shared operation and converts it again`() throws {
        var owner = Owner(host: host, tdi: demo.nvme)
        owner.feed(.convert(demo.db1, StandingOrders()))
        owner.feed(.release(to: .attached))
        #expect(owner.state.phase == .attached)
        host.advance()
        #expect(try host.view(demo.nvme).workload.sharedArrived > 0)
        owner.feed(.convert(demo.db1, StandingOrders()))
        #expect(owner.state.phase == .private)
        #expect(try host.view(demo.nvme).lockEpoch == 2)
    }

    @Test func `a device that falls to ERROR is cut first and brought back`() throws {
        var owner = Owner(host: host, tdi: demo.vf0)
        owner.feed(.convert(demo.web1, StandingOrders(convertAgain: true)))
        owner.effects = []
        host.happen(.busMasterCleared(demo.vf0))
        for notice in host.notices(demo.vf0) {
            if case .device(_, let observation) = notice { owner.feed(.observed(observation)) }
        }
        #expect(owner.effects.first == .cut)
        #expect(owner.state.phase == .private)
        #expect(try host.view(demo.vf0).state == .run)
    }

    /// One fault at each message of a conversion.
    static let faults: [MessageFault] = ProtocolMessage.allCases.flatMap { message in
        [MessageFault.Action.dropRequest, .dropResponse, .refuse(.unspecified), .busy(20), .corruptResponse(at: 0)].map
        {
            MessageFault(message, $0)
        }
    }

    @Test(arguments: faults) func `whatever message goes wrong, the engine ends at rest and nothing leaks`(
        _ fault: MessageFault
    ) throws {
        var owner = Owner(host: host, tdi: demo.vf0)
        host.happen(.misbehaves(demo.vf0, true))
        host.inject(fault)
        owner.feed(.convert(demo.web1, StandingOrders()))
        host.advance()
        #expect([.private, .available, .attached, .quarantined].contains(owner.state.phase))
        let view = try host.view(demo.vf0)
        #expect(view.workload.violations == 0)
        #expect((owner.state.phase == .private) == (view.state == .run))
        #expect((view.trustedTable != nil) == (owner.state.phase == .private))
    }

    /// One fault at each effect of a conversion and its way back.
    static let effectFaults: [EffectFault] = EffectName.allCases.filter { $0 != .none && $0 != .refuse }.flatMap {
        name in
        [EffectFault.Action.fail(.other), .unknownNotDone, .unknownDone].map { EffectFault(.assignment(name), $0) }
    }

    @Test(arguments: effectFaults) func `whatever effect goes wrong, the engine ends at rest and nothing leaks`(
        _ fault: EffectFault
    ) throws {
        var owner = Owner(host: host, tdi: demo.vf0)
        host.happen(.misbehaves(demo.vf0, true))
        host.inject(fault)
        owner.feed(.convert(demo.web1, StandingOrders()))
        owner.feed(.release(to: .available))
        host.advance()
        #expect([.available, .attached, .quarantined].contains(owner.state.phase))
        let view = try host.view(demo.vf0)
        #expect(view.workload.violations == 0)
        #expect(view.state != .run)
        #expect(view.trustedTable == nil)
    }
}

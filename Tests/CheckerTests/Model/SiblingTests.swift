import Assignment
import IOMMU
import TDISP
import Testing

@testable import Checker

/// Two functions of one device, which share session, stream and fate.
@Suite struct `Siblings` {
    private static func model(faults: Int = 0) -> CheckerModel {
        CheckerModel(
            faults: faults, hasCrashes: false, hasConversions: false, hasSiblings: true,
            orders: [CheckerModel.allOrders[0]], recoveries: [])
    }

    /// Every state of both that is found first, with every step out of it.
    private static func steps(
        of system: HostSystem<UInt64>, atMost limit: Int, _ visit: (HostLabel, UInt64, UInt64) -> Void
    ) {
        var (found, seen, next) = (system.initial, Set(system.initial), 0)
        var steps = Steps<UInt64>()
        while next < found.count {
            steps.removeAll()
            system.appendSteps(from: found[next], to: &steps)
            for index in 0..<steps.count {
                visit(system.label(steps[index].label), found[next], steps[index].target)
                if found.count < limit, seen.insert(steps[index].target).inserted { found.append(steps[index].target) }
            }
            next += 1
        }
    }

    private static let shared = try? LaneAutomaton(model())

    @Test func `both rest in the end, and no rule is broken`() async throws {
        let automaton = try #require(Self.shared).minimised()
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        let result = await Search(system).runToRest()
        #expect(result.counterexample?.violation == nil)
        #expect(result.end == .complete)
        #expect(result.stepsToRest != nil)
    }

    @Test func `what they share is the same for both in every state`() throws {
        let automaton = try #require(Self.shared)
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var builder = LaneBuilder(automaton.model)
        var lanes: [SharedPart] = []
        while lanes.count < builder.places.count {
            guard case .lane(let lane) = builder.places[lanes.count] else { break }
            _ = builder.edges(of: lane, UInt32(lanes.count))
            _ = builder.spent(lane)
            lanes.append(SharedPart(lane))
        }
        #expect(lanes.count == automaton.count)
        let width = Int.bitWidth - (automaton.count - 1).leadingZeroBitCount
        let mask = UInt64(1) << UInt64(width) - 1
        var differing = 0
        Self.steps(of: system, atMost: 20_000) { _, _, target in
            let (first, second) = (Int(target & mask), Int(target >> UInt64(width) & mask))
            if lanes[first] != lanes[second] { differing += 1 }
        }
        #expect(differing == 0)
    }

    @Test func `one asks while the other's connection is being opened, and both have the one that is opened`() throws {
        let automaton = try #require(Self.shared)
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var asked = 0
        Self.steps(of: system, atMost: 20_000) { label, _, _ in
            if case .device(_, .shared(.asked)) = label { asked += 1 }
        }
        #expect(asked > 100)
    }

    @Test func `new keys are asked for with the sibling locked, and with it unlocked`() throws {
        let automaton = try #require(Self.shared)
        let system = try #require(HostSystem<UInt64>(automaton, devices: 2))
        var counts: [Bool: Int] = [:]
        Self.steps(of: system, atMost: 60_000) { label, _, _ in
            if case .device(_, .shared(.askedForKeys(let isLocked))) = label { counts[isLocked, default: 0] += 1 }
        }
        #expect(counts[false, default: 0] > 0)
        #expect(counts[true, default: 0] > 0)
    }

    @Test func `there are two of them`() throws {
        let automaton = try #require(Self.shared)
        #expect(HostSystem<UInt64>(automaton, devices: 1) == nil)
        #expect(HostSystem<UInt64>(automaton, devices: 3) == nil)
    }

    // MARK: Streams

    @Test func `one stream for two devices: never do both have one, and who has none is sent home`() async throws {
        var model = Self.model()
        (model.hasSiblings, model.streams) = (false, 1)
        let one = try await Self.search(model)
        #expect(one.end == .complete)
        model.streams = 2
        let two = try await Self.search(model)
        #expect(two.end == .complete)
        #expect(one.progress.states < two.progress.states)
    }

    /// A step that connects, and leads to a cut or STOP, has taken the stream when the manager dies before it is recorded.
    @Test func `a manager that dies behind a connection takes no stream that the other device has`() async throws {
        let model = CheckerModel(
            faults: 1, hasConversions: false, streams: 1, orders: [CheckerModel.allOrders[1]], recoveries: [])
        let result = try await Self.search(model)
        #expect(result.counterexample.map { "\($0.violation)" } == nil)
        #expect(result.end == .complete)
    }

    private static func search(_ model: CheckerModel) async throws -> SearchResult<HostSystem<UInt64>> {
        let automaton = try LaneAutomaton(model).minimised()
        return await Search(try #require(HostSystem<UInt64>(automaton, devices: 2))).runToRest()
    }

    // MARK: Seeded faults

    @Test func `a bridge gives a stream away that it does not have`() async throws {
        var model = Self.model()
        (model.hasSiblings, model.streams) = (false, 1)
        model.functions.hasStreamLeft = { _, _ in true }
        let result = try await Self.search(model)
        #expect(result.counterexample?.violation.rule == .oneOwner)
    }

    @Test func `a reset of function 0 does not tell the sibling that its session is gone`() async throws {
        var model = Self.model()
        let shipped = model.functions.engine
        model.functions.engine = { state, event in
            // The cut is left out where a sibling's loss is noticed.
            guard state.phase == .private, case .observed(let observation) = event, observation != .deviceGone else {
                return EngineStep(shipped(state, event).state, shipped(state, event).effect)
            }
            return EngineStep(AssignmentMachine.step(shipped(state, event).state, .finished(.cut, .succeeded)))
        }
        let result = try await Self.search(model)
        #expect(result.counterexample?.violation.rule == .revokeFirst)
    }

    @Test func `function 0 is reset under a sound sibling`() async throws {
        var model = Self.model(faults: 1)
        model.functions.fallsWithSession = { _ in false }
        let result = try await Self.search(model)
        #expect(result.counterexample?.violation.rule == .oneOwner)
    }

    @Test func `a reset is held back by the sibling, and is carried out once that was given up`() throws {
        let labels = try #require(Self.shared).labels
        #expect(labels.contains(.ended(.reset, .heldBack)))
        #expect(labels.contains(.shared(.functionZeroReset(isGivenUp: true))))
        #expect(labels.contains(.shared(.functionZeroReset(isGivenUp: false))))
    }

    @Test func `a connection that one function ends is never taken up again for the other`() async throws {
        var model = Self.model()
        let shipped = model.functions.connection
        model.functions.connection = { state, event in
            if case .disconnecting = state, event == .require { return ConnectionTransition(state, .none) }
            if case .disconnecting = state, case .finished = event {
                let step = shipped(state, event)
                guard case .announce = step.effect else { return step }
                return ConnectionTransition(step.state, .none)
            }
            return shipped(state, event)
        }
        let result = try await Self.search(model)
        #expect(result.counterexample?.violation.rule == .alwaysEnds)
    }
}

/// What two functions of one device share.
private struct SharedPart: Equatable {
    let connection: UInt16
    let device: DeviceState

    init(_ lane: Lane) {
        connection = lane.connection
        var device = lane.device
        device.tdi = .configUnlocked
        self.device = device
    }
}

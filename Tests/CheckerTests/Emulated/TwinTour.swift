import Assignment
import IOMMU

@testable import Checker

/// A walk through what one device can go through, on the checker's own host and on an emulated one side by side. It always
/// goes to the nearest step of a kind that it has not taken yet.
struct TwinTour {
    /// What makes a step another one than those before: what happens or which effect ends and how, and how device and
    /// platform are when it does.
    private struct Kind: Hashable {
        let label: LaneLabel
        let device: DeviceState
        let standing: Standing
    }

    let model: CheckerModel
    private let stepper: LaneStepper
    private let twin: EmulatedTwin
    private(set) var lane: Lane
    /// The way so far.
    private(set) var trail: [LaneLabel] = []
    private var taken: Set<Kind> = []
    private var known: [Lane: [LaneStep]] = [:]

    /// Begins with a device that was never assigned.
    init(_ model: CheckerModel) throws {
        self.model = model
        stepper = LaneStepper(model)
        lane = stepper.initialLane()
        twin = try EmulatedTwin(model)
    }

    /// The effects that ended on the way.
    var effects: Set<EffectName> {
        Set(trail.compactMap { if case .ended(let effect, _) = $0 { effect } else { nil } })
    }

    /// What happened on the way.
    var happenings: Set<LaneLabel.Happening> {
        Set(trail.compactMap { if case .happened(let happening) = $0 { happening } else { nil } })
    }

    /// Takes steps, until the hosts differ, there is no step of another kind near, or there were so many. Gives how the
    /// hosts differ; nil: they do not.
    mutating func run(steps limit: Int) throws -> String? {
        while trail.count < limit {
            let way = wayOn()
            if way.isEmpty { return nil }
            for step in way {
                try take(step)
                if let difference = try difference() {
                    return "\(trail.suffix(20).map(\.description)): \(difference) (\(twin.detail))"
                }
            }
        }
        return nil
    }

    // MARK: Both sides

    private mutating func take(_ step: LaneStep) throws {
        guard case .lane(let next) = step.target else { return }
        if let kind = kind(of: step, from: lane) { taken.insert(kind) }
        trail.append(step.label)
        twin.take(step.label, loses: next.connection != lane.connection)
        lane = next
    }

    /// How the two hosts differ, and the machines that they went by; nil: they do not.
    private func difference() throws -> String? {
        guard let facts = twin.facts else { return "there is no such function" }
        var found = try DeviceFacts(lane, model).differences(from: facts)
        // Bus mastering that somebody else switches off breaks a lock; for the checker it may be on again at once.
        if twin.isBusMaster, !lane.platform.isBusMaster {
            found.append("bus mastering is on only on the emulated host")
        }
        let (state, connection) = (stepper.state(lane), stepper.connection(lane))
        if AssignmentShape(state) != AssignmentShape(twin.assignment) {
            found.append("engine: \(state.phase) in the checker, \(twin.assignment.phase) on the emulated host")
        }
        if ConnectionShape(connection) != ConnectionShape(twin.connection) {
            found.append("connection: \(connection.name) in the checker, \(twin.connection.name) on the emulated host")
        }
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }

    // MARK: The way on

    /// The way to the nearest step of a kind that was not taken, by steps that lead far; empty: there is none.
    private mutating func wayOn() -> [LaneStep] {
        var found: [(lane: Lane, from: Int, step: LaneStep?)] = [(lane, 0, nil)]
        var seen: Set<Lane> = [lane]
        var next = 0
        while next < found.count, found.count < 700 {
            let here = found[next].lane
            for step in steps(from: here) {
                guard case .lane(let target) = step.target else { continue }
                if let kind = kind(of: step, from: here), !taken.contains(kind) {
                    var way = [step]
                    var back = next
                    while let step = found[back].step {
                        way.append(step)
                        back = found[back].from
                    }
                    return way.reversed()
                }
                if leadsOn(step.label), seen.insert(target).inserted { found.append((target, next, step)) }
            }
            next += 1
        }
        return []
    }

    private func leadsOn(_ label: LaneLabel) -> Bool {
        switch label {
        case .asked, .ended(_, .orderly), .noticed, .happened(.deviceReturned): true
        case .ended, .happened, .landed, .invalidated, .deviceForgot, .pageAnswered, .restarted, .resumed, .carriedOut,
            .shared:
            false
        }
    }

    private mutating func steps(from lane: Lane) -> [LaneStep] {
        if let steps = known[lane] { return steps }
        let steps = stepper.steps(from: lane).filter { EmulatedTwin.takes($0.label) }
        known[lane] = steps
        return steps
    }

    /// Nil: it changes nothing of device and platform.
    private func kind(of step: LaneStep, from lane: Lane) -> Kind? {
        switch step.label {
        case .asked, .noticed(_, isCarriedOut: false): nil
        case .ended, .noticed, .happened, .landed, .invalidated, .deviceForgot, .pageAnswered, .restarted, .resumed,
            .carriedOut, .shared:
            Kind(label: step.label, device: lane.device, standing: lane.platform.standing)
        }
    }
}

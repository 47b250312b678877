/// Gives every lane that is met a number, and every label.
struct LaneBuilder {
    let stepper: LaneStepper
    private(set) var places: [Place] = []
    private(set) var labels: [LaneLabel] = []
    private var numbers: [Lane: UInt32] = [:]
    private var labelNumbers: [LaneLabel: UInt16] = [:]
    private var broken: [Violation: UInt32] = [:]
    /// The events in which all lanes take part, each with its number.
    private let events: [SharedEvent: Int]
    /// The devices that were never assigned, function 0 first.
    private(set) var roots: [UInt32] = []

    enum Place {
        case lane(Lane)
        /// A step broke the rule: where it leads does not matter.
        case broken(Violation)
    }

    /// The first lane is that of a device that was never assigned. That device with fewer faults left comes next, for what
    /// a device goes through while others take faults.
    init(_ model: CheckerModel) {
        stepper = LaneStepper(model)
        events = Dictionary(uniqueKeysWithValues: zip(SharedEvent.all(of: model), 0...))
        for isFunctionZero in model.hasSiblings ? [true, false] : [model.isFunctionZero] {
            var lane = stepper.initialLane()
            lane.isFunctionZero = isFunctionZero
            roots.append(number(lane))
            while lane.faultsLeft > 0 {
                lane.faultsLeft -= 1
                _ = number(lane)
            }
        }
    }

    /// The steps of a lane, and its part in each event. Steps to itself are left out, parts are not.
    mutating func edges(of lane: Lane, _ number: UInt32) -> (steps: [LaneGraph.Edge], parts: [[LaneGraph.Edge]]) {
        var steps: [LaneGraph.Edge] = []
        var parts: [[LaneGraph.Edge]] = Array(repeating: [], count: events.count)
        let counts = stepper.model.faults != nil
        for step in stepper.steps(from: lane) {
            let target = self.number(step.target)
            let edge = LaneGraph.Edge(
                target: target, label: self.number(step.label), condition: LaneCondition.Code(step.condition),
                isFault: counts && step.label.isFault, followed: step.followed.flatMap { events[$0] })
            if let event = step.part.flatMap({ events[$0] }) {
                parts[event].append(edge)
            } else if target != number || edge.followed != nil {
                steps.append(edge)
            }
        }
        return (steps, parts)
    }

    /// What the steps of a conversion make of a lane.
    mutating func conversions(of lane: Lane) -> [UInt32] {
        let isConcerned = lane.vm != nil && stepper.model.hasConversions
        return ConversionStep.allCases.map { step in
            let target = isConcerned ? stepper.converted(lane, step) : nil
            return target.map { number($0) } ?? LaneGraph.blocked
        }
    }

    /// The lane with one fault fewer left.
    mutating func spent(_ lane: Lane) -> UInt32 {
        var next = lane
        if next.faultsLeft > 0 { next.faultsLeft -= 1 }
        return number(next)
    }

    // MARK: Numbers

    private mutating func number(_ lane: Lane) -> UInt32 {
        if let number = numbers[lane] { return number }
        let number = UInt32(places.count)
        numbers[lane] = number
        places.append(.lane(lane))
        return number
    }

    private mutating func number(_ target: LaneStep.Target) -> UInt32 {
        switch target {
        case .lane(let lane): return number(lane)
        case .broken(let violation):
            if let number = broken[violation] { return number }
            let number = UInt32(places.count)
            broken[violation] = number
            places.append(.broken(violation))
            return number
        }
    }

    private mutating func number(_ label: LaneLabel) -> UInt16 {
        if let number = labelNumbers[label] { return number }
        let number = UInt16(labels.count)
        labelNumbers[label] = number
        labels.append(label)
        return number
    }
}

internal import Assignment

/// Takes the labels of a way again, lane by lane, for the states that a search keeps as numbers only.
struct Retelling {
    private let stepper: LaneStepper

    /// Where a way can have come: several steps may have one label.
    private struct Place: Hashable {
        var lanes: [Lane]
        var pages: [Int: PageState] = [:]
    }

    /// A place with the one that it was reached from.
    private struct Reached {
        let from: Int
        /// Nil: a rule was broken on the way.
        let place: Place?
    }

    init(_ model: CheckerModel) { stepper = LaneStepper(model) }

    /// The steps, with the engine's states as far as the labels can be taken. `endsBroken`: the last one breaks a rule, by
    /// itself or by where it leads.
    func steps(
        _ labels: [HostCounterexample.What], devices: Int, endsBroken: Bool
    ) -> [HostCounterexample.Step] {
        let start = Place(lanes: Array(repeating: stepper.initialLane(), count: devices))
        var levels = [[Reached(from: 0, place: start)]]
        for label in labels {
            let next = self.next(levels[levels.count - 1], label)
            if next.isEmpty { break }
            levels.append(next)
        }
        let told = way(through: levels, labels, endsBroken)
        return told + labels.dropFirst(told.count).map { HostCounterexample.Step(what: $0, before: nil, after: nil) }
    }

    private func next(_ level: [Reached], _ label: HostCounterexample.What) -> [Reached] {
        var found: Set<Place?> = []
        return level.enumerated().flatMap { number, reached in
            reached.place.map { places(behind: label, from: $0) }.map { places in
                places.filter { found.insert($0).inserted }.map { Reached(from: number, place: $0) }
            } ?? []
        }
    }

    /// From the last level back to the first.
    private func way(
        through levels: [[Reached]], _ labels: [HostCounterexample.What], _ endsBroken: Bool
    ) -> [HostCounterexample.Step] {
        guard let ends = levels.last, levels.count > 1 else { return [] }
        var index = endsBroken && levels.count > labels.count ? ends.firstIndex(where: isBroken) ?? 0 : 0
        var steps: [HostCounterexample.Step] = []
        for level in stride(from: levels.count - 1, to: 0, by: -1) {
            let reached = levels[level][index]
            if let before = levels[level - 1][reached.from].place {
                steps.append(step(labels[level - 1], before, reached.place))
            }
            index = reached.from
        }
        return steps.reversed()
    }

    private func isBroken(_ reached: Reached) -> Bool {
        reached.place.map { $0.lanes.contains { stepper.violation(in: $0) != nil } } ?? true
    }

    private func step(
        _ label: HostCounterexample.What, _ place: Place, _ next: Place?
    ) -> HostCounterexample.Step {
        guard case .device(let device, _) = label else {
            return HostCounterexample.Step(what: label, before: nil, after: nil)
        }
        return HostCounterexample.Step(
            what: label, before: stepper.state(place.lanes[device]),
            after: next.map { stepper.state($0.lanes[device]) })
    }

    /// Everywhere that a label leads; nil among them: a rule is broken on the way.
    private func places(behind label: HostCounterexample.What, from place: Place) -> [Place?] {
        switch label {
        case .device(let device, let label):
            stepper.steps(from: place.lanes[device]).filter { $0.label == label && isMet($0.condition, place) }
                .map { step in
                    guard case .lane(let lane) = step.target else { return nil }
                    var next = place
                    next.lanes[device] = lane
                    return next
                }
        case .vm(let vm, let step): taking(step, ofVM: vm, place).map { [$0] } ?? []
        }
    }

    /// Whether the way itself had a stream left is not known here: it had, or it would not be one.
    private func isMet(_ condition: LaneCondition?, _ place: Place) -> Bool {
        switch condition {
        case .page(let page, ofVM: let vm): self.page(ofVM: Int(vm), place) == page
        case .stream, nil: true
        }
    }

    private func page(ofVM vm: Int, _ place: Place) -> PageState { place.pages[vm] ?? .private }

    /// All lanes of the VM take the step together. Outer nil: one of them holds it up; inner: a rule is broken.
    private func taking(_ step: ConversionStep, ofVM vm: Int, _ place: Place) -> Place?? {
        guard let after = page(ofVM: vm, place).after(step) else { return nil }
        var next = place
        next.pages[vm] = after
        for device in place.lanes.indices where place.lanes[device].vm.map(Int.init) == vm {
            switch stepper.converted(place.lanes[device], step) {
            case nil: return nil
            case .broken: return .some(nil)
            case .lane(let lane): next.lanes[device] = lane
            }
        }
        return next
    }
}

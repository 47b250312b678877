internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe
internal import StrictYAML

/// Reads the steps of a scenario on a topology.
struct ScenarioReader {
    let places: Places

    /// The steps, at least one.
    func steps(_ node: YAMLNode) throws(YAMLError) -> [Step] {
        var steps: [Step] = []
        var death: Step?
        for node in try node.list() {
            let step = try self.step(node)
            if let death, step.act.needsManager {
                throw YAMLError(
                    step.position, "the manager died in line \(death.position.line); 'restart' starts a new one")
            }
            if step.act.name == .restart { death = nil }
            if step.isDeadly { death = step }
            steps.append(step)
        }
        guard !steps.isEmpty else { throw node.error("expected at least one step") }
        return steps
    }

    /// What holds when all steps are done, at least of one function.
    func final(_ node: YAMLNode) throws(YAMLError) -> [FinalExpectation] {
        var final: [FinalExpectation] = []
        for entry in try node.entries() {
            let place = try places.function(entry.key)
            final.append(
                FinalExpectation(device: place, expectations: try expectations(entry.value, Aspect.ofFunction)))
        }
        guard !final.isEmpty else { throw node.error("expected at least one function") }
        return final
    }

    /// One step: exactly one act, what it needs to know, and what is expected of it.
    private func step(_ node: YAMLNode) throws(YAMLError) -> Step {
        try node.mapping { map throws(YAMLError) in
            let entry = try map.one(of: Act.Name.allCases.map(\.rawValue))
            let name = try entry.key.choice(Act.Name.self)
            let act = try self.act(name, entry.value, &map)
            let interruption = act.needsManager || name == .restart ? try self.interruption(name, &map) : nil
            let aspects = Aspect.after(name)
            let expected = aspects.isEmpty ? nil : map.optional("expect")
            let expectations = try expected.map { node throws(YAMLError) in try self.expectations(node, aspects) } ?? []
            guard !expectations.isEmpty || !name.isLook else {
                throw entry.key.error("'\(entry.name)' changes nothing, so it needs an 'expect'")
            }
            return Step(
                act: act, interruption: interruption, expectations: expectations, position: entry.key.position)
        }
    }

    // MARK: Acts

    private func act(_ name: Act.Name, _ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> Act {
        switch name {
        case .convert: .convert(try convert(node, &map))
        case .release:
            .release(
                try places.function(node), to: try map.required("to").choice(Rest.self),
                takeSiblings: try map.optional("take-siblings")?.bool() ?? false)
        case .recover:
            .recover(try places.function(node), try recovery(&map))
        case .disconnect:
            .disconnect(try deviceOf(node), force: try map.optional("force")?.bool() ?? false)
        case .plan: .plan(try places.function(node), try places.domain(try map.required("domain")))
        case .notices: .notices(try places.function(node))
        case .observe: .observe(try places.function(node), try observation(try map.required("noticed")))
        case .confirm: .confirm(try places.function(node))
        case .restart: .restart(try places.function(node))
        case .inject: .inject(try fault(node))
        case .event: .event(try event(node))
        case .advance: .advance(nanoseconds: try node.nanoseconds())
        case .dma: .dma(try dma(node, &map))
        case .interrupt: .interrupt(try places.function(node), try forcedBit(&map))
        case .peer:
            .peer(
                try places.function(node), to: try places.function(try map.required("to")), try forcedBit(&map))
        case .check: .check(try places.function(node))
        }
    }

    private func convert(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> ConvertAct {
        var orders = StandingOrders()
        let place = try places.function(node)
        let domain = try places.domain(try map.required("domain"))
        orders.convertAgain = try map.optional("convert-again")?.bool() ?? false
        orders.allowConventionalReset = try map.optional("allow-conventional-reset")?.bool() ?? false
        orders.recoveryLimit = try map.optional("recovery-limit")?.integer() ?? orders.recoveryLimit
        return ConvertAct(
            place: place, domain: domain, orders: orders, isUnplanned: try map.optional("unplanned")?.bool() ?? false)
    }

    private func recovery(_ map: inout YAMLMapping) throws(YAMLError) -> RecoveryRequest {
        RecoveryRequest(
            fromQuarantine: try map.optional("from-quarantine")?.bool() ?? false,
            convertAgain: try map.optional("convert-again")?.bool() ?? false,
            allowConventionalReset: try map.optional("allow-conventional-reset")?.bool() ?? false,
            acceptIdentity: try map.optional("accept-identity")?.bool() ?? false,
            takeSiblings: try map.optional("take-siblings")?.bool() ?? false)
    }

    private func deviceOf(_ node: YAMLNode) throws(YAMLError) -> Place {
        let device = try places.device(node)
        return Place(function: device, dsm: device)
    }

    private func observation(_ node: YAMLNode) throws(YAMLError) -> Observation {
        Observation.all[try node.choice(among: Observation.all.map(\.word))]
    }

    private func dma(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> DMAAct {
        DMAAct(
            place: try places.function(node),
            tBit: try bit(try map.required("t")),
            address: try map.required("address").byteCount(),
            access: try map.optional("write")?.bool() == true ? .write : .read)
    }

    private func bit(_ node: YAMLNode) throws(YAMLError) -> TBit {
        try node.integer(UInt8.self, in: 0...1) == 1 ? .trusted : .untrusted
    }

    /// The T bit of a device that breaks its rules.
    private func forcedBit(_ map: inout YAMLMapping) throws(YAMLError) -> TBit? {
        try map.optional("t").map { node throws(YAMLError) in try bit(node) }
    }

    /// `cancel-at` belongs to a conversion; dying, to whatever a manager does.
    private func interruption(_ name: Act.Name, _ map: inout YAMLMapping) throws(YAMLError) -> Interruption? {
        var found: Interruption?
        for kind in Interruption.Kind.allCases where kind != .cancelAt || name == .convert {
            guard let node = map.optional(kind.rawValue) else { continue }
            guard found == nil else { throw node.error("a step is interrupted once") }
            found = Interruption(kind: kind, effect: try platformEffect(node), position: node.position)
        }
        return found
    }

    /// An effect that reaches the platform.
    func platformEffect(_ node: YAMLNode) throws(YAMLError) -> PlatformEffect {
        PlatformEffect.all[try node.choice(among: PlatformEffect.all.map(\.word))]
    }
}

extension Act.Name {
    /// Whether it only looks, so that it is nothing without an expectation.
    fileprivate var isLook: Bool {
        switch self {
        case .plan, .dma, .interrupt, .peer, .check: true
        case .convert, .release, .recover, .disconnect, .notices, .observe, .confirm, .restart, .inject, .event,
            .advance:
            false
        }
    }
}

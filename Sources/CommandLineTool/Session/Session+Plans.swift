internal import Assignment
internal import PCIe

extension Session {
    /// What converting a device would meet and do.
    func planConversion(
        of function: FunctionFacts, to domain: DomainFacts, _ orders: StandingOrders = StandingOrders()
    ) throws(Failure) -> Assignment.Plan {
        try admission().plan(convert: function.address, to: domain.id, orders: orders)
    }

    /// What releasing a device would meet and do.
    func planRelease(
        of function: FunctionFacts, to rest: Rest, takeSiblings: Bool
    ) throws(Failure) -> Assignment.Plan {
        try admission().plan(release: function.address, to: rest, takeSiblings: takeSiblings)
    }

    /// What recovering a device would meet and do; `others` are recovered in the same call.
    func planRecovery(
        of function: FunctionFacts, _ request: RecoveryRequest, besides others: Set<FunctionAddress>
    ) throws(Failure) -> Assignment.Plan {
        try admission().plan(recover: function.address, request, besides: others)
    }

    /// Throws ``Failure`` with everyone who would be taken along when a connection may not be ended.
    func requireDisconnect(of dsm: FunctionAddress, force: Bool) throws(Failure) {
        let plan = try admission().planDisconnect(of: dsm, force: force)
        guard case .blocked(let obstacle) = plan.outcome else { return }
        let first = plan.blocking.first { $0.obstacle == obstacle }
        throw Failure(
            obstacle.status, "the connection of \(dsm) cannot be ended: \(first?.found ?? "it is in use")",
            rule: first?.rule,
            seen: plan.takes.isEmpty ? nil : "takes along: " + plan.takes.map(\.words).joined(separator: ", "),
            next: first?.advice)
    }

    private func admission() throws(Failure) -> Admission {
        let recorded = try recorded()
        return Admission(host: snapshot, assignments: recorded.assignments, connections: recorded.connections)
    }

    /// What stands in the way, as an operator gets it; nil when the plan can begin or there is nothing to do.
    func failure(of plan: Assignment.Plan) -> Failure? {
        let name = self.name(of: plan.domain) ?? "the domain"
        switch plan.outcome {
        case .go, .alreadyThere: return nil
        case .stepsAside:
            return Failure(
                .lacking, "\(name) is not a confidential VM: it has no private memory that tdispctl could protect",
                seen: "the ordinary device model applies; nothing was changed",
                next: "assign \(plan.device) by the usual means (virsh attach-device), or name a confidential domain")
        case .blocked(let obstacle):
            let first = plan.blocking.first { $0.obstacle == obstacle }
            return Failure(
                obstacle.status,
                "\(plan.device): \(first?.words ?? plan.refusal?.reason.sentence ?? "")",
                rule: first?.rule ?? plan.refusal?.rule, seen: others(than: first, in: plan),
                place: place(of: plan),
                next: first?.advice ?? plan.refusal?.reason.advice(plan.device)
                    ?? "tdispctl plan \(plan.device) --domain \(name)")
        }
    }

    private func others(than first: Precondition?, in plan: Assignment.Plan) -> String? {
        let others = plan.blocking.filter { $0 != first }
        return others.isEmpty ? nil : "also: " + others.map(\.words).joined(separator: "; ")
    }

    private func place(of plan: Assignment.Plan) -> String? {
        guard let facts = snapshot.function(plan.device), let recorded = try? recorded() else { return nil }
        let state = recorded.assignments[plan.device] ?? .initial
        return facts.answerAtOdds(with: state) ?? facts.cutAtOdds(with: state)
            ?? state.place(of: plan.device, domainName: name(of: state.domain))
    }
}

extension Sibling {
    /// Who it is and what it is doing.
    fileprivate var words: String { "\(address) (\(phase.rawValue)\(domainName.map { ", \($0)" } ?? ""))" }
}

extension Precondition {
    /// What must be so, and what was found.
    fileprivate var words: String { "'\(name.sentence)' does not hold: \(found)" }
}

extension Obstacle {
    /// The exit code.
    var status: ExitStatus {
        switch self {
        case .quarantined: .quarantined
        case .lacking: .lacking
        case .refused: .refused
        case .busy: .busy
        case .notFound: .notFound
        }
    }
}

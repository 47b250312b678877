internal import IOMMU
public import PCIe
internal import TDISP

/// What needs a view across devices: who owns what, what is left, what shares whose fate. Pure: it looks at one snapshot
/// of the host and at what is recorded, and says what a request would meet and do.
public struct Admission: Sendable {
    /// The host as the platform shows it.
    public let host: HostSnapshot
    /// The recorded state of each function.
    public let assignments: [FunctionAddress: AssignmentState]
    /// The recorded state of each DSM's connection.
    public let connections: [FunctionAddress: ConnectionState]

    private let functions: [FunctionAddress: FunctionFacts]
    private let devices: [FunctionAddress: [FunctionFacts]]

    /// Creates admission over one view of the host; one serves for any number of plans.
    public init(
        host: HostSnapshot, assignments: [FunctionAddress: AssignmentState] = [:],
        connections: [FunctionAddress: ConnectionState] = [:]
    ) {
        self.host = host
        self.assignments = assignments
        self.connections = connections
        functions = Dictionary(host.functions.map { ($0.address, $0) }) { first, _ in first }
        devices = Dictionary(grouping: host.functions, by: \.device)
    }

    /// What `convert` would meet and do. A device that was left in the middle may have to be reset first: where that would
    /// take locked siblings along, it is refused.
    public func plan(
        convert device: FunctionAddress, to domain: DomainID, orders: StandingOrders = StandingOrders()
    ) -> Plan {
        let facts = functions[device]
        let request = AssignmentEvent.convert(domain, orders)
        let siblings = siblings(of: device, for: request)
        let toDevice = facts.map { aboutDevice($0) + aboutOwner($0, wanted: domain) + aboutConnection($0) + [siblings] }
        return plan(
            request, device, domain,
            [exists(device, facts)] + (toDevice ?? []) + aboutDomain(domain) + [policy(domain), iommufd],
            streams: facts.flatMap { streams($0, change: $0.connected ? 0 : -1) })
    }

    /// What `release` would meet and do. Where its reset would take locked siblings along, it is refused unless
    /// `takeSiblings` says otherwise.
    public func plan(release device: FunctionAddress, to rest: Rest, takeSiblings: Bool = false) -> Plan {
        let facts = functions[device]
        let domain = recorded(device).domain
        let request = AssignmentEvent.release(to: rest, takeSiblings: takeSiblings)
        let siblings = siblings(of: device, for: request)
        let toDevice = facts.map { aboutRelease($0, to: rest, from: domain) + [siblings] }
        return plan(
            request, device, domain, [exists(device, facts)] + (toDevice ?? []),
            streams: facts.flatMap { streams($0, change: 0) })
    }

    /// What `recover` would meet and do. Where its reset would take locked siblings along, it is refused unless the request
    /// gives them up. `others` are recovered in the same call.
    public func plan(
        recover device: FunctionAddress, _ wanted: RecoveryRequest = RecoveryRequest(),
        besides others: Set<FunctionAddress> = []
    ) -> Plan {
        let facts = functions[device]
        let request = AssignmentEvent.recover(wanted)
        let siblings = siblings(of: device, for: request, besides: others)
        let toDevice = facts.map { aboutRecovery($0) + [siblings] }
        let domain = recorded(device).domain ?? facts?.adopted?.domain
        return plan(
            request, device, domain, [exists(device, facts)] + (toDevice ?? []),
            streams: facts.flatMap { streams($0, change: 0) })
    }

    /// What ending a DSM's connection would meet and do. Every locked interface of it falls out of private operation, so
    /// it is refused unless `force` says otherwise.
    public func planDisconnect(of dsm: FunctionAddress, force: Bool = false) -> DisconnectPlan {
        let facts = functions[dsm]
        let takes = (facts.map { devices[$0.device] ?? [] } ?? []).map(sibling).filter(\.mayBeLocked)
        let request = ConnectionEvent.disconnect(lockedTDIs: UInt16(clamping: takes.count), force: force)
        return DisconnectPlan(
            dsm: dsm,
            preconditions: [exists(dsm, facts)] + (facts.map { aboutDisconnect($0, takes, force: force) } ?? []),
            effects: (connections[dsm] ?? .initial).effects(of: request), takes: takes,
            streams: facts.flatMap { streams($0, change: $0.connected ? 1 : 0) })
    }

    private func plan(
        _ request: AssignmentEvent, _ device: FunctionAddress, _ domain: DomainID?, _ preconditions: [Precondition],
        streams: StreamBudget?
    ) -> Plan {
        let path = path(of: request, on: device)
        return Plan(
            device: device, domain: domain, request: request, preconditions: preconditions, effects: path.effects,
            refusal: path.refusal, destination: path.end.phase, siblings: siblings(of: device),
            blastRadius: blastRadius(of: device), cuts: host.cuts, streams: streams)
    }

    /// The effects of a request when each of them succeeds.
    func path(of request: AssignmentEvent, on device: FunctionAddress) -> HappyPath {
        let facts = functions[device]
        let taken = assignments[device] ?? facts?.adopted ?? .initial
        let isFoundShut = facts?.isFoundShut(taken) ?? false
        return HappyPath(from: taken, answering: facts?.state, isFoundShut: isFoundShut, request)
    }

    // MARK: What is there

    /// What is recorded about a function.
    func recorded(_ device: FunctionAddress) -> AssignmentState { assignments[device] ?? .initial }

    /// A function, if it is there.
    func function(_ address: FunctionAddress) -> FunctionFacts? { functions[address] }

    /// A domain as an operator knows it.
    func name(of domain: DomainID) -> String { host.domain(domain)?.name ?? domain.description }

    /// Every other function of the same device.
    func siblings(of device: FunctionAddress) -> [Sibling] {
        guard let facts = functions[device], let all = devices[facts.device] else { return [] }
        return all.filter { $0.address != device }.map(sibling)
    }

    /// Other functions in RUN that nobody has recorded. Whoever takes their connection up adopts them, which ends that.
    func strays(beside device: FunctionAddress) -> [Sibling] {
        siblings(of: device).filter { isStray($0.address) }
    }

    /// Whether a function is in RUN, and nobody has recorded that.
    func isStray(_ device: FunctionAddress) -> Bool {
        assignments[device] == nil && functions[device]?.state == .run
    }

    /// The interfaces that a renewed connection would take along.
    func lockedSiblings(of device: FunctionAddress) -> [Sibling] { siblings(of: device).filter(\.mayBeLocked) }

    private func sibling(_ facts: FunctionFacts) -> Sibling {
        let state = recorded(facts.address)
        let domain = state.domain ?? facts.domain
        return Sibling(
            address: facts.address, name: facts.name, phase: state.phase, domain: domain, domainName: domain.map(name),
            state: facts.state)
    }

    /// What a function level reset takes along: a physical function its virtual ones; function 0 every interface of the
    /// device, because the DSM's session ends with it.
    func takenByFunctionReset(of device: FunctionAddress) -> [Sibling] {
        let endsSession = functions[device]?.dsm == device
        return siblings(of: device).filter {
            functions[$0.address]?.physicalFunction == device || endsSession && $0.mayBeLocked
        }
    }

    private func blastRadius(of device: FunctionAddress) -> [BlastRadius] {
        let all = siblings(of: device)
        let cut =
            host.cuts.contains { $0.takes == .dsm }
            ? [BlastRadius(cause: .lastCut, takes: all.filter(\.mayBeLocked))] : []
        return [
            BlastRadius(cause: .functionReset, takes: takenByFunctionReset(of: device)),
            BlastRadius(cause: .conventionalReset, takes: all),
            BlastRadius(cause: .reconnect, takes: all.filter(\.mayBeLocked)),
        ] + cut
    }

    private func streams(_ device: FunctionFacts, change: Int) -> StreamBudget? {
        host.bridges.first { $0.name == device.bridge }.map {
            StreamBudget(
                bridge: $0.name, total: $0.ideStreams, before: $0.ideStreamsLeft, after: $0.ideStreamsLeft + change)
        }
    }
}

extension FunctionFacts {
    /// Function 0 of the device: what is reset with it, and what shares its connection, has the same.
    fileprivate var device: FunctionAddress {
        let place = (physicalFunction ?? address)
        let slot = place.requesterID
        return dsm
            ?? FunctionAddress(
                segment: place.segment, requesterID: RequesterID(bus: slot.bus, device: slot.device, function: 0))
    }
}

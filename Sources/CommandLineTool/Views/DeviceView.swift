internal import Assignment
internal import Journal
internal import PCIe
internal import TDISP

/// A device as `list` and `show` print it. What we recorded and what the device confirmed stand apart.
struct DeviceView: Encodable {
    /// What the journal says.
    struct Recorded: Encodable {
        let phase: String
        let domain: String?
        let domainName: String?
        let epoch: UInt32
        /// The effect that was begun and has no outcome, after an interruption.
        let pending: String?
        /// The reason, in quarantine.
        let reason: String?
        /// Whether new stream keys are owed before the owner may change.
        let rekeyOwed: Bool
        /// What DMA may reach memory; `unknown` where the device answers something else than recorded.
        let permittedDMA: String
        /// What was noticed about it since it last proved itself, or nil.
        let suspicion: SuspicionView?

        init(_ state: AssignmentState, _ facts: FunctionFacts, _ suspicion: Suspicion, in host: HostSnapshot) {
            let pending = state.pending.name
            phase = state.phase.rawValue
            domain = state.domain?.description
            domainName = state.domain.flatMap { host.domain($0)?.name }
            epoch = state.lineage.epoch.rawValue
            self.pending = pending == .none ? nil : pending.rawValue
            reason = state.quarantineReason?.rawValue
            rekeyOwed = state.lineage.rekeyOwed
            permittedDMA = facts.answerAtOdds(with: state) == nil ? state.permittedDMAWord : "unknown"
            self.suspicion = suspicion.isEmpty ? nil : SuspicionView(suspicion)
        }
    }

    /// What the device and its host answer now.
    struct Confirmed: Encodable {
        let state: String?
        let connected: Bool
        let present: Bool
        let authentication: Authentication?
    }

    /// What came of authenticating it when it appeared.
    struct Authentication: Encodable {
        /// `authenticated`, `refused` or `cannot`.
        let status: String
        /// Of its leaf certificate.
        let serial: String?
        /// The name of its root.
        let root: String?
        /// Whether the host's policy names that root; otherwise any root is taken.
        let rootTrusted: Bool?
        /// Why it was refused.
        let reason: String?

        init(_ authentication: DeviceAuthentication) {
            switch authentication {
            case .authenticated(let serial, let root, let isTrusted):
                (status, self.serial, self.root, rootTrusted, reason) = ("authenticated", serial, root, isTrusted, nil)
            case .refused(let reason):
                (status, serial, root, rootTrusted, self.reason) = ("refused", nil, nil, nil, reason)
            case .cannot: (status, serial, root, rootTrusted, reason) = ("cannot", nil, nil, nil, nil)
            }
        }
    }

    let address: String
    let name: String
    let vendorID: String
    let deviceID: String
    let bridge: String
    let physicalFunction: String?
    let dsm: String?
    let tdisp: Bool
    let flr: Bool
    let hostDriver: String?
    /// Nil: the journal cannot be read.
    let recorded: Recorded?
    let confirmed: Confirmed
    /// What a person should know about it, or nil.
    let note: String?
    /// The last protocol messages with it, oldest first, when they were asked for.
    var messages: [String]?

    init(
        _ facts: FunctionFacts, _ state: AssignmentState?, _ suspicion: Suspicion, in host: HostSnapshot,
        manager: LockHolder?
    ) {
        address = facts.address.description
        name = facts.name
        vendorID = hex(facts.vendorID, 4)
        deviceID = hex(facts.deviceID, 4)
        bridge = facts.bridge
        physicalFunction = facts.physicalFunction?.description
        dsm = facts.dsm?.description
        tdisp = facts.teeIO && facts.dsm != nil
        flr = facts.flr
        hostDriver = facts.driver
        recorded = state.map { Recorded($0, facts, suspicion, in: host) }
        confirmed = Confirmed(
            state: facts.state?.description, connected: facts.connected, present: facts.present,
            authentication: facts.authentication.map { Authentication($0) })
        note =
            state.flatMap { Self.note(facts, $0, $0.domain.flatMap { host.domain($0) }, manager) }
            ?? (state == nil && facts.state == .run ? "answers RUN, and the record cannot be read" : nil)
            ?? (suspicion.standing == .suspect ? Self.suspicionNote : nil)
    }

    /// The note on a suspect device, of which `show` tells more.
    static let suspicionNote = "suspect: tdispctl show"

    private static func note(
        _ facts: FunctionFacts, _ state: AssignmentState, _ domain: DomainFacts?, _ manager: LockHolder?
    ) -> String? {
        if !state.phase.isResting, let manager { return "under way: \(manager)" }
        if !state.phase.isResting { return "interrupted in '\(state.pending.name.rawValue)': tdispctl recover" }
        if !facts.present { return state.phase == .private ? "does not answer: tdispctl recover" : "does not answer" }
        if let reason = state.quarantineReason { return "\(reason.rawValue): tdispctl show" }
        if facts.dsm == nil || !facts.teeIO { return "no TDISP" }
        if case .refused(let reason) = facts.authentication { return "not authenticated: \(reason)" }
        if let answer = facts.state, !state.phase.expects(answer) {
            return "recorded \(state.phase.rawValue), answers \(answer): tdispctl recover"
        }
        if facts.isFoundShut(state) { return "recorded \(state.phase.rawValue), cut by the platform: tdispctl recover" }
        if facts.isUnrecordedGuest(state) { return "in a domain, recorded nowhere: tdispctl recover" }
        if state.phase == .private, !facts.connected { return "recorded private, no session: tdispctl recover" }
        guard state.phase == .private || state.phase == .attached else { return nil }
        if facts.domain != state.domain {
            return "recorded \(state.phase.rawValue), not in its domain: tdispctl recover"
        }
        return domain?.running == false ? "its domain does not run: tdispctl release" : nil
    }
}

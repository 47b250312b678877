/// One thing that must be so before a request is carried out, and what was found.
public struct Precondition: Hashable, Sendable, Codable {
    /// What must be so.
    public let name: PreconditionName
    /// Whether it is.
    public let verdict: Verdict
    /// What was found, a few words.
    public let found: String
    /// What an operator can do about it; nil when there is nothing to do.
    public let advice: String?

    /// Whether a precondition holds.
    public enum Verdict: Hashable, Sendable, Codable {
        /// It holds.
        case met
        /// It holds, and somebody should know at what price.
        case warned
        /// The host does not show it. What depends on it finds out.
        case unknown
        /// It does not hold: nothing is begun.
        case violated(Obstacle)
        /// There is nothing to protect: the ordinary device model applies, and the tool steps aside.
        case stepsAside
    }

    /// Creates a precondition.
    public init(_ name: PreconditionName, _ verdict: Verdict, _ found: String, advice: String? = nil) {
        self.name = name
        self.verdict = verdict
        self.found = found
        self.advice = advice
    }

    /// The safety rule that stands behind it, where one does.
    public var rule: SafetyRule? { name.rule }

    /// What stands in the way when it is violated.
    public var obstacle: Obstacle? {
        switch verdict {
        case .violated(let obstacle): obstacle
        case .met, .warned, .unknown, .stepsAside: nil
        }
    }
}

/// What kind of thing stands in the way, the worst first. Each has an exit code of its own.
public enum Obstacle: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// The device is in quarantine.
    case quarantined
    /// The device or the platform lacks something.
    case lacking
    /// A rule, the policy or the configuration forbids it.
    case refused
    /// Somebody else has what is needed.
    case busy
    /// There is no such thing.
    case notFound = "not-found"

    /// Orders by how bad it is: the worst is the least.
    public static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }

    private var severity: Int {
        switch self {
        case .quarantined: 0
        case .lacking: 1
        case .refused: 2
        case .busy: 3
        case .notFound: 4
        }
    }
}

/// What must be so, by the stable name that plans print.
public enum PreconditionName: String, Hashable, Sendable, Codable, CaseIterable {
    case deviceExists = "device-exists"
    case deviceAnswers = "device-answers"
    case teeIO = "tee-io"
    case dsm
    case authentication
    case functionLevelReset = "flr"
    case trafficClass = "traffic-class"
    case addressesDisjoint = "addresses-disjoint"
    case phantomFunctions = "phantom-functions"
    case hostDriver = "host-driver"
    case notQuarantined = "not-quarantined"
    case atRest = "at-rest"
    case stateAsRecorded = "state-as-recorded"
    case owner
    case assigned
    case domainExists = "domain-exists"
    case domainRuns = "domain-runs"
    case protectedMemory = "protected-memory"
    case ideStream = "ide-stream"
    case virtualFunctions = "virtual-functions"
    case siblings
    case rekey
    case policy
    case iommufd

    /// What must be so, in one clause.
    public var sentence: String {
        switch self {
        case .deviceExists: "the function exists"
        case .deviceAnswers: "the function answers configuration reads"
        case .teeIO: "the function is TEE-IO capable"
        case .dsm: "a device security manager stands behind it"
        case .authentication: "the device proved who it is when it appeared"
        case .functionLevelReset: "the function can be reset alone"
        case .trafficClass: "only traffic class 0 is in use"
        case .addressesDisjoint: "BARs and expansion ROM do not overlap"
        case .phantomFunctions: "phantom functions are off"
        case .hostDriver: "its host driver can be taken off"
        case .notQuarantined: "the device is not in quarantine"
        case .atRest: "no operation is under way"
        case .stateAsRecorded: "the interface is in the state that its phase means"
        case .owner: "nobody else owns it"
        case .assigned: "it is assigned to a domain"
        case .domainExists: "the domain exists"
        case .domainRuns: "the domain runs"
        case .protectedMemory: "the domain has private memory to protect"
        case .ideStream: "an IDE stream is left under its host bridge"
        case .virtualFunctions: "the VF count was set before the device connects"
        case .siblings: "what shares its fate is known"
        case .rekey: "new stream keys can be had where they are owed"
        case .policy: "the policy loads"
        case .iommufd: "iommufd is there"
        }
    }

    /// Whether an ordinary assignment, without conversion, needs it as well.
    var concernsAnyAssignment: Bool {
        switch self {
        case .deviceExists, .deviceAnswers, .notQuarantined, .atRest, .owner, .assigned, .domainExists: true
        case .teeIO, .dsm, .authentication, .functionLevelReset, .trafficClass, .addressesDisjoint, .phantomFunctions,
            .hostDriver, .stateAsRecorded, .domainRuns, .protectedMemory, .ideStream, .virtualFunctions, .siblings,
            .rekey, .policy,
            .iommufd:
            false
        }
    }

    /// The safety rule that stands behind it, where one does.
    public var rule: SafetyRule? {
        switch self {
        case .functionLevelReset, .notQuarantined, .stateAsRecorded, .owner, .rekey: .oneOwner
        case .ideStream: .noTrustedDMAWithoutRun
        case .hostDriver: .noDriverInBetween
        case .deviceExists, .deviceAnswers, .teeIO, .dsm, .authentication, .trafficClass, .addressesDisjoint,
            .phantomFunctions, .atRest, .assigned, .domainExists, .domainRuns, .protectedMemory, .virtualFunctions,
            .siblings, .policy, .iommufd:
            nil
        }
    }
}

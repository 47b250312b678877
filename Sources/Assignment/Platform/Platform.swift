public import Attestation
public import PCIe
public import TDISP

/// What effects are carried out on: an emulated host, a Linux host, a guest.
///
/// A platform never decides. It does one thing, waits until that is done or known to have failed, and reports.
public protocol Platform: Sendable {
    /// The whole host as it is now, for admission. Changes nothing.
    func snapshot() async throws(PlatformError) -> HostSnapshot

    /// One function and one domain as they are now, as far as they are there: what a verdict needs to know beside evidence.
    func facts(about function: FunctionAddress, _ domain: DomainID?) async -> (FunctionFacts?, DomainFacts?)

    /// Carries out one effect on one TDI. `none`, `refuse`, `requireConnection`, `collectEvidence`, `appraise` and `rekey`
    /// never reach a platform: the owner answers them.
    func perform(_ effect: AssignmentEffect, on tdi: FunctionAddress) async -> EffectReport

    /// Carries out one effect on the connection of a DSM, named by the address of its function 0.
    func perform(_ effect: ConnectionEffect, on dsm: FunctionAddress) async -> EffectReport

    /// Collects evidence of the epoch under the owner's nonce (32 bytes). The nonce and the evidence stay with the owner.
    func collectEvidence(from tdi: FunctionAddress, epoch: LockEpoch, nonce: [UInt8]) async -> EvidenceReport

    /// What was noticed about a DSM and its TDIs since the last call, oldest first.
    func notices(of dsm: FunctionAddress) async -> [Notice]

    /// Shows an operator of the domain where the device is (libvirt: our element of the domain's metadata). For reading
    /// only: nothing is ever decided on it, and a failure changes nothing.
    func publish(_ binding: DomainBinding) async -> EffectReport
}

/// Something that a platform noticed on its own.
public enum Notice: Hashable, Sendable, Codable {
    /// About one TDI.
    case device(FunctionAddress, Observation)
    /// About the DSM's connection: every TDI of it is meant.
    case connection(ConnectionLoss)
    /// A sign of trouble with one TDI that is not believed as it stands: it is weighed with the others. Its time is the
    /// platform's own.
    case signal(FunctionAddress, Signal)
}

/// What the domain's metadata says about one device.
public struct DomainBinding: Hashable, Sendable, Codable {
    /// The function.
    public var device: FunctionAddress
    /// The domain.
    public var domain: DomainID
    /// The recorded phase; `available` removes the entry.
    public var phase: Phase
    /// The last lock epoch.
    public var epoch: LockEpoch

    /// Creates a binding.
    public init(device: FunctionAddress, domain: DomainID, phase: Phase, epoch: LockEpoch) {
        self.device = device
        self.domain = domain
        self.phase = phase
        self.epoch = epoch
    }
}

extension Platform {
    /// Out of a snapshot of the whole host.
    public func facts(about function: FunctionAddress, _ domain: DomainID?) async -> (FunctionFacts?, DomainFacts?) {
        let host = try? await snapshot()
        return (host?.function(function), domain.flatMap { host?.domain($0) })
    }
}

/// The platform could not be asked at all.
public struct PlatformError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What kind of trouble.
    public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
        /// The platform's process, or libvirt behind it, does not answer.
        case unreachable
        /// There is no such function.
        case noSuchDevice
        /// There is no such domain.
        case noSuchDomain
        /// There is no such file.
        case noSuchFile
        /// The platform lacks what is asked.
        case unsupported
        /// A file of the platform (topology, state) cannot be used.
        case invalidInput
        /// No permission.
        case denied
        /// The disk that holds the platform's files is full.
        case noSpace
    }

    /// What kind of trouble.
    public let code: Code
    /// One line for an operator.
    public let message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// How an effect ended, in the machine's terms and in the platform's own words.
public struct EffectReport: Hashable, Sendable, Codable {
    /// The outcome that the machine gets.
    public var outcome: Outcome
    /// What was done or seen, one line: `ERROR 0x104 INVALID_DEVICE_CONFIGURATION: check 11, phantom functions enabled`.
    public var detail: String
    /// The state the device answered, where the effect asked.
    public var state: TDIState?
    /// What was proven, where the effect proves.
    public var proofs: [Proof]

    /// Creates a report.
    public init(_ outcome: Outcome, _ detail: String = "", state: TDIState? = nil, proofs: [Proof] = []) {
        self.outcome = outcome
        self.detail = detail
        self.state = state
        self.proofs = proofs
    }
}

/// One thing that a probe or a proof of return looked at.
public struct Proof: Hashable, Sendable, Codable {
    /// What became of it.
    public enum Result: String, Hashable, Sendable, Codable, CaseIterable {
        case proven
        case disproven
        /// The platform cannot look.
        case notProven
    }

    /// What was looked at, for example `T=0 to a private page faults`.
    public let claim: String
    /// What became of it.
    public let result: Result
    /// What was seen.
    public let seen: String

    /// Creates a proof.
    public init(_ claim: String, _ result: Result, seen: String = "") {
        self.claim = claim
        self.result = result
        self.seen = seen
    }
}

/// Evidence, or why there is none.
public struct EvidenceReport: Hashable, Sendable, Codable {
    /// How the collection ended.
    public var report: EffectReport
    /// The evidence, when it succeeded.
    public var evidence: Evidence?

    /// Creates a report.
    public init(_ report: EffectReport, evidence: Evidence? = nil) {
        self.report = report
        self.evidence = evidence
    }
}

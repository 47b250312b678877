internal import Assignment
internal import Attestation
internal import Emulator
internal import IOMMU
internal import PCIe

/// What `tdispctl` asks of the emulated host's process.
enum HostRequest: Codable, Sendable {
    case hello
    case snapshot
    case facts(FunctionAddress, DomainID?)
    case perform(AssignmentEffect, FunctionAddress)
    case performConnection(ConnectionEffect, FunctionAddress)
    case collectEvidence(FunctionAddress, LockEpoch, nonce: [UInt8])
    case notices(FunctionAddress)
    /// Answered as soon as there is something, and when the patience (nanoseconds) is over.
    case news(after: UInt64?, patience: UInt64)
    case publish(DomainBinding)
    case inspect(FunctionAddress)
    case explain(FunctionAddress, DMAQuestion)
    case guestView(FunctionAddress)
    case memory
    case domainXML(DomainID)
    case messages(last: Int)
    case inject(InjectedFault)
    case waitingFaults
    case advance(nanoseconds: UInt64)
    case shutDown
}

/// What the emulated host's process answers.
enum HostReply: Codable, Sendable {
    case hello(HostGreeting)
    case snapshot(HostSnapshot)
    case facts(FunctionFacts?, DomainFacts?)
    case report(EffectReport)
    case evidence(EvidenceReport)
    case notices([Notice])
    case news(NoticeNews)
    case inspection(HostInspection)
    case explanation(DMAExplanation)
    case guestView(GuestOverview)
    case memory(MemoryView)
    case text(String)
    case messages([TracedMessage])
    case faults([InjectedFault])
    case done
    case notDone(EventRefusal)
    case refused(PlatformError)
}

/// Who the emulated host is.
public struct HostGreeting: Codable, Hashable, Sendable {
    /// Version of the messages; both ends must agree.
    public var version: Int
    /// Process ID.
    public var process: Int32
    /// Name of its topology.
    public var topology: String
    /// Where the topology came from: `demo`, or a path.
    public var source: String
    /// libvirt's URI.
    public var libvirt: String
    /// Virtual time in nanoseconds.
    public var time: UInt64

    /// The version that this program speaks.
    public static let currentVersion = 4
}

/// One DMA that somebody asks about.
public struct DMAQuestion: Codable, Hashable, Sendable {
    /// Address as the device puts it into the TLP.
    public var address: UInt64
    /// Bytes.
    public var count: UInt64
    /// T=1.
    public var isTrusted: Bool
    /// A write rather than a read.
    public var isWrite: Bool

    /// Creates a question.
    public init(address: UInt64, count: UInt64, isTrusted: Bool, isWrite: Bool) {
        self.address = address
        self.count = count
        self.isTrusted = isTrusted
        self.isWrite = isWrite
    }
}

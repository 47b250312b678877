public import Assignment
public import PCIe

/// Where domains are looked up and hostdevs are put in and taken out: libvirt. What happens there unasked is told to the
/// model as a ``HostEvent``.
public protocol DomainDirectory: Sendable {
    /// Every domain that is defined, now.
    func domains() async throws(DirectoryError) -> [DomainFacts]

    /// The functions that domains hold as hostdevs, now.
    func hostdevs() async throws(DirectoryError) -> [FunctionAddress: DomainID]

    /// Puts a function into a domain. Gives a word for the operator, for example that only the persistent XML took it.
    func attach(_ function: FunctionAddress, to domain: DomainID) async throws(DirectoryError) -> String

    /// Takes a function out of a domain. Harmless when it is not there. Gives a word for the operator.
    func detach(_ function: FunctionAddress, from domain: DomainID) async throws(DirectoryError) -> String

    /// Shows an operator of the domain where the function is.
    func publish(_ binding: DomainBinding) async throws(DirectoryError)
}

/// The hypervisor refused, or could not be asked.
public struct DirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it says, one line.
    public let message: String
    /// Whether it could not be reached, so that nobody knows what became of the call.
    public let isUnreachable: Bool

    /// Creates an error.
    public init(_ message: String, isUnreachable: Bool = false) {
        self.message = message
        self.isUnreachable = isUnreachable
    }

    /// The message.
    public var description: String { message }
}

/// The domains of a topology as a directory of their own, without a hypervisor behind them. It follows nothing that
/// happens in a model.
public actor TopologyDirectory: DomainDirectory {
    private var facts: [DomainFacts]
    private var held: [FunctionAddress: DomainID] = [:]
    /// What was published last about each function.
    public private(set) var bindings: [FunctionAddress: DomainBinding] = [:]

    /// Creates the directory of a topology.
    public init(_ topology: Topology) {
        facts = topology.domains.map { domain in
            DomainFacts(
                id: domain.id, name: domain.name, running: domain.isRunning, tee: domain.tee?.rawValue,
                memoryKiB: domain.memory / 1024)
        }
    }

    /// Every domain.
    public func domains() -> [DomainFacts] { facts }

    /// Every function in a domain.
    public func hostdevs() -> [FunctionAddress: DomainID] { held }

    /// Puts a function into a domain; throws for one that does not exist, and when another holds the function.
    public func attach(_ function: FunctionAddress, to domain: DomainID) throws(DirectoryError) -> String {
        guard facts.contains(where: { $0.id == domain }) else { throw DirectoryError("there is no domain \(domain)") }
        if let other = held[function], other != domain { throw DirectoryError("\(function) is in domain \(other)") }
        held[function] = domain
        return ""
    }

    /// Takes a function out of a domain.
    public func detach(_ function: FunctionAddress, from domain: DomainID) -> String {
        if held[function] == domain { held[function] = nil }
        return ""
    }

    /// Remembers a binding; `available` forgets it.
    public func publish(_ binding: DomainBinding) {
        bindings[binding.device] = binding.phase == .available ? nil : binding
    }

    /// A domain starts or stops.
    public func setRunning(_ isRunning: Bool, _ domain: DomainID) {
        for index in facts.indices where facts[index].id == domain { facts[index].running = isRunning }
    }
}

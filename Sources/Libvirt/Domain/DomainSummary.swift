import CLibvirt

/// How a caller names a domain.
public enum DomainReference: Hashable, Sendable {
    /// By its name, which is unique on a connection at any one time.
    case name(String)
    /// By its UUID.
    case uuid(DomainUUID)

    /// A UUID where `text` is one, else a name.
    public init(_ text: String) {
        self = DomainUUID(parsing: text).map(Self.uuid) ?? .name(text)
    }
}

/// Which domain: the UUID that stays, and the name that people use.
public struct DomainIdentity: Hashable, Sendable {
    /// The name, as of when it was read.
    public var name: String
    /// The UUID.
    public var uuid: DomainUUID

    /// Creates an identity.
    public init(name: String, uuid: DomainUUID) {
        self.name = name
        self.uuid = uuid
    }
}

extension DomainIdentity: CustomStringConvertible {
    /// The name and, in parentheses, the UUID.
    public var description: String { "\(name) (\(uuid))" }
}

/// What a domain is doing (`virDomainState`).
public struct DomainState: RawRepresentable, Hashable, Sendable {
    /// libvirt's number.
    public let rawValue: Int32
    /// Creates a state from libvirt's number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Not known.
    public static let none = Self(rawValue: 0)
    /// Runs.
    public static let running = Self(rawValue: 1)
    /// Waits for a resource.
    public static let blocked = Self(rawValue: 2)
    /// Paused.
    public static let paused = Self(rawValue: 3)
    /// Is shutting down.
    public static let shutdown = Self(rawValue: 4)
    /// Off.
    public static let shutoff = Self(rawValue: 5)
    /// Crashed.
    public static let crashed = Self(rawValue: 6)
    /// Suspended by the guest's power management.
    public static let powerSuspended = Self(rawValue: 7)
}

extension DomainState: CustomStringConvertible {
    /// One or two words as virsh prints them.
    public var description: String {
        let names = ["no state", "running", "idle", "paused", "in shutdown", "shut off", "crashed", "pmsuspended"]
        return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : "state \(rawValue)"
    }
}

/// One line of a list of domains.
public struct DomainSummary: Hashable, Sendable {
    /// Which domain.
    public var identity: DomainIdentity
    /// What it is doing.
    public var state: DomainState
    /// Whether it has a running instance, paused or not.
    public var isActive: Bool
    /// Whether it has a definition that outlives a stop; otherwise it is transient.
    public var isPersistent: Bool

    /// Creates a summary.
    public init(identity: DomainIdentity, state: DomainState, isActive: Bool, isPersistent: Bool) {
        self.identity = identity
        self.state = state
        self.isActive = isActive
        self.isPersistent = isPersistent
    }

    /// The name.
    public var name: String { identity.name }
    /// The UUID.
    public var uuid: DomainUUID { identity.uuid }
}

/// Which of a domain's two definitions to read.
public enum DomainView: Hashable, Sendable, CaseIterable {
    /// The running instance's; of a domain that is off, the persistent one.
    case current
    /// What the next start will use.
    case persistent
}

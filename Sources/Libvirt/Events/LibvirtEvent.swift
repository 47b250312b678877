/// What libvirt reports of its own accord.
///
/// Events are hints: nothing is queued over a lost connection, and a slow reader loses some. Whoever reads
/// ``connectionClosed(_:)`` reopens, and whoever reads ``eventsLost(count:)`` lists again.
public enum LibvirtEvent: Hashable, Sendable {
    /// A domain was defined, started, stopped and so on; `detail` is libvirt's number for why.
    case lifecycle(DomainIdentity, LifecycleEvent, detail: Int32)
    /// A device was added to a running domain.
    case deviceAdded(DomainIdentity, alias: String)
    /// A device was removed from a running domain: the hypervisor let go of it.
    case deviceRemoved(DomainIdentity, alias: String)
    /// A domain's title, description (`namespace` nil) or metadata of `namespace` changed.
    case metadataChanged(DomainIdentity, namespace: String?)
    /// The connection is gone: nothing works before it is reopened.
    case connectionClosed(CloseReason)
    /// The reader was too slow, and `count` events at this place were dropped.
    case eventsLost(count: Int)
}

/// What happened to a domain (`virDomainEventType`).
public struct LifecycleEvent: RawRepresentable, Hashable, Sendable {
    /// libvirt's number.
    public let rawValue: Int32
    /// Creates an event from libvirt's number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Added, or its definition changed.
    public static let defined = Self(rawValue: 0)
    /// Its definition was removed.
    public static let undefined = Self(rawValue: 1)
    /// Runs; libvirt may report ``resumed`` before.
    public static let started = Self(rawValue: 2)
    /// Paused.
    public static let suspended = Self(rawValue: 3)
    /// Continues.
    public static let resumed = Self(rawValue: 4)
    /// Ended, for whatever reason.
    public static let stopped = Self(rawValue: 5)
    /// The guest shut down; ``stopped`` follows.
    public static let shutdown = Self(rawValue: 6)
    /// Suspended by the guest's power management.
    public static let powerSuspended = Self(rawValue: 7)
    /// The guest crashed.
    public static let crashed = Self(rawValue: 8)
}

/// Why a connection ended (`virConnectCloseReason`).
public struct CloseReason: RawRepresentable, Hashable, Sendable {
    /// libvirt's number.
    public let rawValue: Int32
    /// Creates a reason from libvirt's number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// An input or output error.
    public static let error = Self(rawValue: 0)
    /// The daemon closed it, or ended.
    public static let endOfFile = Self(rawValue: 1)
    /// The daemon stopped answering.
    public static let keepalive = Self(rawValue: 2)
    /// This end closed it.
    public static let client = Self(rawValue: 3)
}

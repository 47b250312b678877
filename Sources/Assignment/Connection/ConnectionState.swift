/// Where the connection of one DSM is: session and keyed IDE stream, shared by all its TDIs.
///
/// ```
/// none -> connecting -> connected <-> refreshing
///  ^          |             |
///  |          v             v
///  +---- disconnecting <-- lost
/// ```
public enum ConnectionState: Hashable, Sendable, Codable {
    case none(NotConnected)
    case connecting(Connecting)
    case connected(Connected)
    case refreshing(Refreshing)
    case disconnecting(Disconnecting)
    case lost(Lost)

    /// A DSM that was never connected.
    public static let initial = ConnectionState.none(NotConnected(generation: 0))

    /// A state's stable name.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        case none, connecting, connected, refreshing, disconnecting, lost
    }

    /// The state's stable name.
    public var name: Name {
        switch self {
        case .none: .none
        case .connecting: .connecting
        case .connected: .connected
        case .refreshing: .refreshing
        case .disconnecting: .disconnecting
        case .lost: .lost
        }
    }

    /// How many times this DSM was connected.
    public var generation: UInt32 {
        switch self {
        case .none(let state): state.generation
        case .connecting(let state): state.generation
        case .connected(let state): state.generation
        case .refreshing(let state): state.generation
        case .disconnecting(let state): state.generation
        case .lost(let state): state.generation
        }
    }
}

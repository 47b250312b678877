/// A step of a connection machine: exactly one next state and one effect.
public struct ConnectionTransition: Hashable, Sendable {
    /// The next state.
    public let state: ConnectionState
    /// The one thing to be done.
    public let effect: ConnectionEffect

    /// Creates a transition.
    public init(_ state: ConnectionState, _ effect: ConnectionEffect) {
        self.state = state
        self.effect = effect
    }
}

/// The machine of one DSM's connection: SPDM session and IDE stream live and die together here.
///
/// Connecting is refused to nobody and repeated for nobody: it is asked for by TDIs (`require`), announced to all of them,
/// and what it cannot know is torn down before anything new is opened (`lost` leads to `disconnecting` first).
public enum ConnectionMachine {
    /// The one step function.
    public static func step(_ state: ConnectionState, _ event: ConnectionEvent) -> ConnectionTransition {
        switch state {
        case .none(let now): now.on(event)
        case .connecting(let now): now.on(event)
        case .connected(let now): now.on(event)
        case .refreshing(let now): now.on(event)
        case .disconnecting(let now): now.on(event)
        case .lost(let now): now.on(event)
        }
    }
}

/// What goes into a connection machine.
public enum ConnectionEvent: Hashable, Sendable, Codable {
    /// A TDI needs session and stream.
    case require
    /// A TDI needs new stream keys before its owner may change; so many TDIs of the DSM are locked or in RUN.
    case rekey(lockedTDIs: UInt16)
    /// End it; so many TDIs of the DSM are locked or in RUN. `force` takes them along.
    case disconnect(lockedTDIs: UInt16, force: Bool)
    /// An effect ended.
    case finished(ConnectionEffectName, Outcome)
    /// Session, stream or device went away.
    case lost(ConnectionLoss)
    /// The manager restarted; what is there must be asked of the platform, which says whether session and stream live.
    case restarted(alive: Bool)
}

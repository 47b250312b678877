/// The one thing to be done after a step of a connection machine.
public enum ConnectionEffect: Hashable, Sendable, Codable {
    /// Nothing.
    case none
    /// Tell the caller no; nothing changed.
    case refuse(Refusal)
    /// Open the SPDM session, authenticate, key the IDE stream, confirm it Secure at both ends.
    case connect
    /// Program the other key set and switch to it, within the living session.
    case refreshKeys
    /// Stop the stream, end the session. Idempotent.
    case disconnect
    /// Tell every TDI of the DSM, in order of address.
    case announce(ConnectionNews)

    /// The effect's stable name.
    public var name: ConnectionEffectName {
        switch self {
        case .none: .none
        case .refuse: .refuse
        case .connect: .connect
        case .refreshKeys: .refreshKeys
        case .disconnect: .disconnect
        case .announce: .announce
        }
    }
}

/// A connection effect's stable name.
public enum ConnectionEffectName: String, Hashable, Sendable, Codable, CaseIterable {
    case none, refuse, connect, disconnect, announce
    case refreshKeys = "refresh-keys"
}

/// What a connection tells its TDIs.
public enum ConnectionNews: Hashable, Sendable, Codable {
    /// Session and stream are ready. The generation grows with each connect, and a new one means new keys.
    case ready(generation: UInt32)
    /// The stream has new keys.
    case rekeyed(generation: UInt32)
    /// It could not be had.
    case unavailable(FailureReason)
    /// New keys could not be had; the old ones still stand.
    case rekeyFailed(FailureReason)
    /// It is gone: session, stream, or both.
    case lost(ConnectionLoss)
    /// It was ended on request.
    case ended
}

/// Why a connection was lost.
public enum ConnectionLoss: String, Hashable, Sendable, Codable, CaseIterable {
    case sessionLost = "session-lost"
    case streamInsecure = "stream-insecure"
    case deviceReset = "device-reset"
    case outcomeUnknown = "outcome-unknown"
}

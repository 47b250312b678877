public import SPDM

/// Which key slots of a stream hold a key, in what condition, and the session that put them there. Holds no key.
public struct IDEKeyRing: Hashable, Sendable {
    /// The session that programmed the keys. A stream never holds keys of two sessions.
    public var session: SessionID
    /// Slots with a key that is not in use yet.
    public var programmed: IDEKeySlots
    /// Slots whose key is in use.
    public var active: IDEKeySlots
    /// Receive slots whose key was superseded, but is accepted until the other end is seen to use the new one.
    public var retiring: IDEKeySlots
}

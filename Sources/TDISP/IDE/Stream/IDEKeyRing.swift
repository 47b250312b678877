public import SPDM

/// Which key slots of a stream hold a key, in what condition, and the session that put them there. Holds no key.
public struct IDEKeyRing: Hashable, Sendable {
    /// The session that programmed the keys. A stream never holds keys of two sessions.
    public let session: SessionID
    /// Slots with a key that is not in use yet.
    public private(set) var programmed: IDEKeySlots = []
    /// Slots whose key is in use; in each direction of each substream at most one.
    public private(set) var active: IDEKeySlots = []
    /// Receive slots whose key was superseded, but is accepted until the other end is seen to use the new one.
    public private(set) var retiring: IDEKeySlots = []

    /// Creates a ring without keys.
    init(session: SessionID) { self.session = session }

    /// Slots that hold a key.
    public var occupied: IDEKeySlots { [programmed, active, retiring] }

    /// Whether every direction of every substream has a key that is in use or ready to be.
    public var isKeyed: Bool { Self.covers(programmed.union(active)) }

    /// Whether every direction of every substream has a key in use.
    public var isActive: Bool { Self.covers(active) }

    private static func covers(_ slots: IDEKeySlots) -> Bool {
        slots.rawValue & 0x3F | slots.rawValue >> 6 == 0x3F
    }

    /// A key was put into a slot; what the slot held before is gone.
    mutating func install(_ slot: IDEKeySlot) {
        erase(slot)
        programmed.formUnion(IDEKeySlots(slot))
    }

    /// The key in a slot is used from now on. The one it supersedes is gone if it transmits; if it receives, it stays until
    /// the other end is seen to use the new one.
    mutating func activate(_ slot: IDEKeySlot) {
        let superseded = active.intersection(IDEKeySlots(slot.otherKeySet))
        active.subtract(superseded)
        switch slot.direction {
        case .receive: retiring.formUnion(superseded)
        case .transmit: break
        }
        programmed.subtract(IDEKeySlots(slot))
        active.formUnion(IDEKeySlots(slot))
    }

    /// Whether K_SET_GO may name a slot: it holds a key that was not superseded. Repeating it for a key in use is harmless.
    func mayActivate(_ slot: IDEKeySlot) -> Bool { programmed.contains(slot) || active.contains(slot) }

    /// The ring without a slot's key; nil when no key is left.
    func erasing(_ slot: IDEKeySlot) -> Self? {
        var ring = self
        ring.erase(slot)
        return ring.occupied.isEmpty ? nil : ring
    }

    private mutating func erase(_ slot: IDEKeySlot) {
        programmed.subtract(IDEKeySlots(slot))
        active.subtract(IDEKeySlots(slot))
        retiring.subtract(IDEKeySlots(slot))
    }
}

/// Which of a stream's two key sets a key belongs to; a refresh switches from one to the other (PCIe 6.0, 6.33.3).
public enum IDEKeySet: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Key set 0.
    case k0 = 0
    /// Key set 1.
    case k1 = 1

    /// The set that a refresh switches to.
    public var other: Self {
        switch self {
        case .k0: .k1
        case .k1: .k0
        }
    }
}

/// Direction of a key, seen from the port that holds it.
public enum IDEDirection: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Checks and decrypts what the port receives.
    case receive = 0
    /// Protects what the port transmits.
    case transmit = 1

    /// The same key's direction at the other end of the stream.
    public var opposite: Self {
        switch self {
        case .receive: .transmit
        case .transmit: .receive
        }
    }
}

/// The part of a stream that has its own key and counter in each direction (PCIe 6.0, 6.33.4).
public enum IDESubstream: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Posted requests.
    case posted = 0
    /// Non-posted requests.
    case nonPosted = 1
    /// Completions.
    case completion = 2
}

/// A place for one key in a port: key set, direction and substream. A stream has twelve.
public struct IDEKeySlot: Hashable, Sendable, Codable {
    /// Key set.
    public var keySet: IDEKeySet
    /// Direction, seen from the port that holds the slot.
    public var direction: IDEDirection
    /// Substream.
    public var substream: IDESubstream

    /// Creates a slot.
    public init(_ keySet: IDEKeySet, _ direction: IDEDirection, _ substream: IDESubstream) {
        self.keySet = keySet
        self.direction = direction
        self.substream = substream
    }

    /// The slot that holds the same key at the other end of the stream: what one port transmits, the other receives.
    public var peer: Self { Self(keySet, direction.opposite, substream) }

    /// The slot whose key this one takes over from in a refresh.
    public var otherKeySet: Self { Self(keySet.other, direction, substream) }
}

/// A set of key slots of one stream: one bit for each of the twelve, in the order in which they are programmed.
public struct IDEKeySlots: OptionSet, Hashable, Sendable, Codable {
    /// Bit index: 6 x key set + 2 x substream + direction.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The set with one slot in it.
    public init(_ slot: IDEKeySlot) {
        rawValue = 1 << UInt16(6 * slot.keySet.rawValue + 2 * slot.substream.rawValue + slot.direction.rawValue)
    }

    /// The six slots of a key set.
    public init(_ keySet: IDEKeySet) { rawValue = 0b11_11_11 << UInt16(6 * keySet.rawValue) }

    /// The six slots of a direction, three in each key set.
    public init(_ direction: IDEDirection) { rawValue = 0b01_01_01_01_01_01 << UInt16(direction.rawValue) }

    /// All twelve slots.
    public static let all = Self(rawValue: 0xFFF)

    /// Whether a slot is in the set.
    public func contains(_ slot: IDEKeySlot) -> Bool { isSuperset(of: Self(slot)) }

    /// The first slot: key set 0 before 1, then posted, non-posted, completion, receive before transmit; nil when empty.
    public var first: IDEKeySlot? {
        let index = UInt8(truncatingIfNeeded: rawValue.trailingZeroBitCount)
        guard index < 12, let substream = IDESubstream(rawValue: index % 6 / 2) else { return nil }
        return IDEKeySlot(index < 6 ? .k0 : .k1, index % 2 == 0 ? .receive : .transmit, substream)
    }

    /// The set without its first slot.
    public var withoutFirst: Self { Self(rawValue: rawValue & (rawValue &- 1)) }
}

/// One LOCK..STOP life of a TDI, numbered from 1. Evidence, nonce and verdict belong to exactly one epoch.
public struct LockEpoch: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number; 0 means that the TDI was never locked by this manager.
    public let rawValue: UInt32

    /// Creates an epoch from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Never locked.
    public static let none = LockEpoch(rawValue: 0)

    /// The epoch that follows.
    public var next: LockEpoch { LockEpoch(rawValue: rawValue &+ 1) }

    /// Orders by age, oldest first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension LockEpoch: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}

/// The number of an IDE stream, 0...255, as it stands in the IDE prefix, in IDE_KM and in LOCK_INTERFACE.
public struct StreamID: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number on the wire.
    public let rawValue: UInt8

    /// Creates a stream ID from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Orders by number.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension StreamID: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { String(rawValue) }
}

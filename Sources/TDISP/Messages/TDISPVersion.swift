/// A TDISP protocol version: major number in bits 7:4, minor in 3:0 (TDISP 1.0, 11.3).
public struct TDISPVersion: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a version from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// 1.0, the only version this module speaks.
    public static let v1_0 = TDISPVersion(rawValue: 0x10)

    /// Major number: messages of different majors are not compatible.
    public var major: UInt8 { rawValue >> 4 }
    /// Minor number.
    public var minor: UInt8 { rawValue & 0xF }

    /// Orders by major, then minor.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension TDISPVersion: CustomStringConvertible {
    /// `major.minor`.
    public var description: String { "\(major).\(minor)" }
}

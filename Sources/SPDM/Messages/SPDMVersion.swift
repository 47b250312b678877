/// The version byte that starts every SPDM message (DSP0274, 10.2): major version in bits 7:4, minor in bits 3:0.
public struct SPDMVersion: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The byte on the wire.
    public let rawValue: UInt8

    /// Creates a version from its byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// SPDM 1.0: enough for component authentication.
    public static let v1_0 = Self(rawValue: 0x10)
    /// SPDM 1.1: the first with sessions; IDE_KM needs it.
    public static let v1_1 = Self(rawValue: 0x11)
    /// SPDM 1.2: TDISP needs it.
    public static let v1_2 = Self(rawValue: 0x12)
    /// SPDM 1.3.
    public static let v1_3 = Self(rawValue: 0x13)
    /// SPDM 1.4: adds large forms of some messages.
    public static let v1_4 = Self(rawValue: 0x14)

    /// Orders by major, then minor version.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension SPDMVersion: CustomStringConvertible {
    /// `major.minor`, for example `1.2`.
    public var description: String { "\(rawValue >> 4).\(rawValue & 0xF)" }
}

/// The 16-bit identity a function puts into its TLPs: bus 15:8, device 7:3, function 2:0 (with ARI: function 7:0).
public struct RequesterID: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The number as it stands in a TLP.
    public let rawValue: UInt16

    /// Creates a requester ID from its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Creates a requester ID from bus, device (0...31) and function (0...7); higher bits are cut off.
    public init(bus: UInt8, device: UInt8, function: UInt8) {
        rawValue = UInt16(bus) << 8 | UInt16(device & 0x1F) << 3 | UInt16(function & 0x7)
    }

    /// Bus number.
    public var bus: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }
    /// Device number, 0...31.
    public var device: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 3) & 0x1F }
    /// Function number, 0...7.
    public var function: UInt8 { UInt8(truncatingIfNeeded: rawValue) & 0x7 }

    /// Orders by bus, device, function.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension RequesterID: CustomStringConvertible {
    /// `bb:dd.f` in lower-case hexadecimal.
    public var description: String { "\(hex(bus, 2)):\(hex(device, 2)).\(function)" }
}

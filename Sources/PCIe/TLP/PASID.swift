/// A process address space ID: 20 bits that select one of several address spaces of a function (PCIe Base, PASID).
public struct PASID: RawRepresentable, Hashable, Sendable, Codable {
    /// The number, 0...0xFFFFF.
    public let rawValue: UInt32

    /// Creates a PASID from its number; bits above 19 are cut off.
    public init(rawValue: UInt32) { self.rawValue = rawValue & 0xF_FFFF }
}

extension PASID: CustomStringConvertible {
    /// Five digits of lower-case hexadecimal.
    public var description: String { hex(rawValue, 5) }
}

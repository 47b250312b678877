/// What a device certificate says of the device in DMTF's words (DSP0274, 10.8.2): `manufacturer:product:serial number`.
public struct DeviceInfo: Hashable, Sendable {
    /// Who made it.
    public var manufacturer: String
    /// What it is.
    public var product: String
    /// Which one it is.
    public var serialNumber: String

    /// Creates what a certificate is to say. Colons stand between the parts and cannot be in the first two.
    public init(manufacturer: String, product: String, serialNumber: String) {
        self.manufacturer = manufacturer
        self.product = product
        self.serialNumber = serialNumber
    }

    /// Reads a text; nil when it does not have three parts.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(manufacturer: String(parts[0]), product: String(parts[1]), serialNumber: String(parts[2]))
    }
}

extension DeviceInfo: CustomStringConvertible {
    /// The text as a certificate has it.
    public var description: String { "\(manufacturer):\(product):\(serialNumber)" }
}

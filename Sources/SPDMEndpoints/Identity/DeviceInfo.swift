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

    /// Reads a text; nil when it does not have three parts, is longer than 256 bytes or holds what cannot be shown on a
    /// line: a certificate's words end up on terminals.
    public init?(_ text: String) {
        guard text.utf8.count <= 256, text.unicodeScalars.allSatisfy(\.isShown) else { return nil }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        self.init(manufacturer: String(parts[0]), product: String(parts[1]), serialNumber: String(parts[2]))
    }
}

extension DeviceInfo: CustomStringConvertible {
    /// The text as a certificate has it.
    public var description: String { "\(manufacturer):\(product):\(serialNumber)" }
}

extension Unicode.Scalar {
    /// Whether it has a shape of its own and moves nothing.
    fileprivate var isShown: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

/// A stranger's text for a message: printable ASCII, the rest escaped, at most 100 characters.
func quoted(_ text: String) -> String {
    text.unicodeScalars.prefix(100).map { $0.escaped(asASCII: true) }.joined()
}

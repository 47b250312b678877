/// What a device certificate calls a PCI function: its identity in configuration space (PCIe 6.1, 6.31.3).
///
/// As a text, all numbers hexadecimal: `Vendor=vvvv:Device=dddd:CC=cccccc:REV=rr:SSVID=ssss:SSID=iiii`. A function with
/// a type 1 header has no subsystem, and its name ends behind REV.
public struct PCIDeviceName: Hashable, Sendable {
    /// Who made a board, and which of its boards it is.
    public struct Subsystem: Hashable, Sendable {
        /// Subsystem Vendor ID.
        public var vendor: UInt16
        /// Subsystem ID.
        public var device: UInt16

        /// Creates a subsystem.
        public init(vendor: UInt16, device: UInt16) {
            self.vendor = vendor
            self.device = device
        }
    }

    /// Vendor ID.
    public var vendor: UInt16
    /// Device ID.
    public var device: UInt16
    /// Base class, sub-class and programming interface: 24 bits.
    public var classCode: UInt32
    /// Revision ID.
    public var revision: UInt8
    /// What a type 0 header has in addition.
    public var subsystem: Subsystem?

    /// Creates a name from the values in configuration space.
    public init(vendor: UInt16, device: UInt16, classCode: UInt32, revision: UInt8, subsystem: Subsystem? = nil) {
        self.vendor = vendor
        self.device = device
        self.classCode = classCode & 0xFF_FFFF
        self.revision = revision
        self.subsystem = subsystem
    }

    /// Reads a text; nil when it is of another form, in digits of either case.
    public init?(_ text: String) {
        var values: [UInt32] = []
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 4 || parts.count == 6 else { return nil }
        for (part, field) in zip(parts, Field.allCases) {
            guard let value = field.value(in: Substring(part)) else { return nil }
            values.append(value)
        }
        self.init(
            vendor: UInt16(truncatingIfNeeded: values[0]), device: UInt16(truncatingIfNeeded: values[1]),
            classCode: values[2], revision: UInt8(truncatingIfNeeded: values[3]))
        if values.count == 6 {
            subsystem = Subsystem(
                vendor: UInt16(truncatingIfNeeded: values[4]), device: UInt16(truncatingIfNeeded: values[5]))
        }
    }

    /// A part of the name, by the word that stands before its value.
    enum Field: String, CaseIterable {
        case vendor = "Vendor"
        case device = "Device"
        case classCode = "CC"
        case revision = "REV"
        case subsystemVendor = "SSVID"
        case subsystemDevice = "SSID"

        var digitCount: Int {
            switch self {
            case .vendor, .device, .subsystemVendor, .subsystemDevice: 4
            case .classCode: 6
            case .revision: 2
            }
        }

        func value(in part: Substring) -> UInt32? {
            guard part.hasPrefix(rawValue + "=") else { return nil }
            let digits = part.dropFirst(rawValue.utf8.count + 1)
            guard digits.utf8.count == digitCount, digits.allSatisfy(\.isHexDigit) else { return nil }
            return UInt32(digits, radix: 16)
        }

        func text(_ value: UInt32) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: max(0, digitCount - digits.utf8.count)) + digits
        }
    }

    /// The digits of a part; nil when the name does not have it.
    func digits(_ field: Field) -> String? {
        switch field {
        case .vendor: field.text(UInt32(vendor))
        case .device: field.text(UInt32(device))
        case .classCode: field.text(classCode)
        case .revision: field.text(UInt32(revision))
        case .subsystemVendor: subsystem.map { field.text(UInt32($0.vendor)) }
        case .subsystemDevice: subsystem.map { field.text(UInt32($0.device)) }
        }
    }

    /// The parts in which this name is another than `expected`, in their order.
    func differences(from expected: PCIDeviceName) -> [Field] {
        Field.allCases.filter { digits($0) != expected.digits($0) }
    }
}

extension PCIDeviceName: CustomStringConvertible {
    /// The text as a certificate has it, in lower case.
    public var description: String {
        Field.allCases.compactMap { field in digits(field).map { "\(field.rawValue)=\($0)" } }.joined(separator: ":")
    }
}

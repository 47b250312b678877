/// The full address of one PCI function: segment and requester ID, printed `ssss:bb:dd.f`.
///
/// An address names a place, not a device: a swapped card has the same address. Identity is the evidence's business.
public struct FunctionAddress: Hashable, Sendable, Comparable {
    /// PCI segment (Linux: domain).
    public let segment: UInt16
    /// Bus, device and function.
    public let requesterID: RequesterID

    /// Creates an address.
    public init(segment: UInt16 = 0, requesterID: RequesterID) {
        self.segment = segment
        self.requesterID = requesterID
    }

    /// Why a text is not a function address.
    public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The text as given.
        public let text: String
        /// What is wrong with it, one clause.
        public let reason: String
        /// One line for an operator; control characters of the text are escaped.
        public var description: String {
            "'\(text.onOneLine)' is not a PCI address: \(reason); write ssss:bb:dd.f, such as 0000:3b:00.1"
        }
    }

    /// Parses `ssss:bb:dd.f` or, with segment 0 assumed, `bb:dd.f`; hexadecimal in either case.
    ///
    /// Throws ``ParseError`` when a part is missing, has too many digits, or is out of range (device 0...1f, function 0...7).
    public init(parsing text: String) throws(ParseError) {
        func fail(_ reason: String) -> ParseError { ParseError(text: text, reason: reason) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 else { throw fail("expected two or three ':'-separated parts") }
        let last = parts[parts.count - 1].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2 else { throw fail("expected 'device.function' behind the last ':'") }
        func number(_ digits: Substring, _ name: String, width: Int, limit: UInt16) throws(ParseError) -> UInt16 {
            guard (1...width).contains(digits.utf8.count), digits.allSatisfy(\.isHexDigit),
                let value = UInt16(digits, radix: 16)
            else { throw fail("\(name) must be 1 to \(width) hexadecimal digits") }
            guard value <= limit else { throw fail("\(name) is above \(String(limit, radix: 16))") }
            return value
        }
        let segment = parts.count == 3 ? try number(parts[0], "segment", width: 4, limit: 0xFFFF) : 0
        let bus = try number(parts[parts.count - 2], "bus", width: 2, limit: 0xFF)
        let device = try number(last[0], "device", width: 2, limit: 0x1F)
        let function = try number(last[1], "function", width: 1, limit: 7)
        self.init(
            segment: segment,
            requesterID: RequesterID(bus: UInt8(bus), device: UInt8(device), function: UInt8(function)))
    }

    /// Orders by segment, then bus, device, function.
    public static func < (left: Self, right: Self) -> Bool {
        (left.segment, left.requesterID) < (right.segment, right.requesterID)
    }
}

extension FunctionAddress: CustomStringConvertible {
    /// `ssss:bb:dd.f` in lower-case hexadecimal.
    public var description: String { "\(hex(segment, 4)):\(requesterID)" }
}

extension FunctionAddress: Codable {
    /// Reads the printed form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(ParseError) {
            self = try Self(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the printed form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension String {
    /// The text with what would end a line, or act on a terminal, escaped as Swift writes it: for foreign text in an error.
    package var onOneLine: String {
        unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}

/// `value` in lower-case hexadecimal, padded with zeros to `width` digits.
package func hex(_ value: some BinaryInteger, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

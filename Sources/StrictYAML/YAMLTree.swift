/// A value that is to be written as YAML, in the style of files that people write: what fits stands on one line.
public indirect enum YAMLTree: Hashable, Sendable {
    /// Text, a number or a word; quoted where it would be read as something else.
    case scalar(String)
    /// Items in a row, wrapped where they do not fit.
    case list([YAMLTree])
    /// Keys and values, on one line where they fit.
    case mapping([Entry])
    /// Items below each other, whether they fit one line or not.
    case items([YAMLTree])
    /// Keys and values below each other.
    case lines([Entry])
    /// An item or a value with comment lines above it.
    case remarked([String], YAMLTree)

    /// A key and its value.
    public struct Entry: Hashable, Sendable {
        let key: String
        let value: YAMLTree

        /// Creates an entry.
        public init(_ key: String, _ value: YAMLTree) {
            self.key = key
            self.value = value
        }
    }

    /// A document of these keys, its last line ended.
    public static func document(_ entries: [Entry]) -> String {
        YAMLLayout().lines(entries, indent: 0).joined(separator: "\n") + "\n"
    }
}

extension YAMLTree: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
    /// A scalar.
    public init(stringLiteral text: String) { self = .scalar(text) }
    /// A list in a row.
    public init(arrayLiteral items: YAMLTree...) { self = .list(items) }
}

extension YAMLTree {
    /// A number of bytes in the largest unit that divides it.
    public static func byteCount(_ bytes: UInt64) -> YAMLTree {
        quantity(bytes, [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)], bareUnit: "")
    }

    /// A duration in the largest unit that divides it.
    public static func duration(nanoseconds: UInt64) -> YAMLTree {
        quantity(
            nanoseconds, [("h", 3_600_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)],
            bareUnit: "ns")
    }

    /// A number in hexadecimal.
    public static func hexadecimal(_ number: some BinaryInteger) -> YAMLTree {
        .scalar("0x" + String(number, radix: 16))
    }

    private static func quantity(_ value: UInt64, _ units: [(String, UInt64)], bareUnit: String) -> YAMLTree {
        guard value > 0, let (unit, size) = units.first(where: { value.isMultiple(of: $0.1) }) else {
            return .scalar("\(value)\(bareUnit)")
        }
        return .scalar("\(value / size)\(unit)")
    }
}

/// Puts values into lines.
private struct YAMLLayout {
    private let width = 120

    func lines(_ entries: [YAMLTree.Entry], indent: Int) -> [String] {
        entries.flatMap { entry in
            let (remarks, value) = entry.value.withoutRemarks
            return comments(remarks, indent)
                + lines(value, behind: pad(indent) + entry.key.asScalar(inFlow: false) + ":", indent: indent)
        }
    }

    /// A value behind its key, or below it.
    private func lines(_ value: YAMLTree, behind head: String, indent: Int) -> [String] {
        if value.mayStandInOneLine || value.isScalar {
            let line = "\(head) \(value.inOneLine(inFlow: false))"
            if value.isScalar || line.count <= width { return [line] }
        }
        switch value {
        case .scalar, .remarked: return []
        case .list(let items): return wrapped(items, behind: head, indent: indent + 2)
        case .mapping(let entries), .lines(let entries): return [head] + lines(entries, indent: indent + 2)
        case .items(let items): return [head] + items.flatMap { lines(item: $0, indent: indent + 2) }
        }
    }

    private func lines(item: YAMLTree, indent: Int) -> [String] {
        let (remarks, value) = item.withoutRemarks
        guard case .lines(let entries) = value else {
            return comments(remarks, indent) + [pad(indent) + "- " + value.inOneLine(inFlow: false)]
        }
        var lines = lines(entries, indent: indent + 2)
        if let first = lines.first { lines[0] = pad(indent) + "- " + first.dropFirst(indent + 2) }
        return comments(remarks, indent) + lines
    }

    private func wrapped(_ items: [YAMLTree], behind head: String, indent: Int) -> [String] {
        var lines: [String] = []
        var line = head + " ["
        for (number, item) in items.enumerated() {
            let text = item.inOneLine(inFlow: true) + (number == items.count - 1 ? "]" : ",")
            let isFirst = line.hasSuffix("[")
            if !isFirst, line.count + 1 + text.count > width {
                lines.append(line)
                line = pad(indent) + text
            } else {
                line += isFirst ? text : " " + text
            }
        }
        return lines + [line]
    }

    private func comments(_ remarks: [String], _ indent: Int) -> [String] { remarks.map { pad(indent) + "# " + $0 } }

    private func pad(_ indent: Int) -> String { String(repeating: " ", count: indent) }
}

extension YAMLTree {
    fileprivate var isScalar: Bool { if case .scalar = self { true } else { false } }

    fileprivate var withoutRemarks: ([String], YAMLTree) {
        if case .remarked(let remarks, let value) = self { (remarks, value) } else { ([], self) }
    }

    /// Whether nothing in it is to be spread over lines.
    fileprivate var mayStandInOneLine: Bool {
        switch self {
        case .scalar: true
        case .list(let items): items.allSatisfy(\.mayStandInOneLine)
        case .mapping(let entries): entries.allSatisfy(\.value.mayStandInOneLine)
        case .items, .lines, .remarked: false
        }
    }

    fileprivate func inOneLine(inFlow: Bool) -> String {
        switch self {
        case .scalar(let text): text.asScalar(inFlow: inFlow)
        case .list(let items), .items(let items):
            "[" + items.map { $0.inOneLine(inFlow: true) }.joined(separator: ", ") + "]"
        case .mapping(let entries), .lines(let entries):
            "{"
                + entries.map { "\($0.key.asScalar(inFlow: true)): \($0.value.inOneLine(inFlow: true))" }
                .joined(separator: ", ") + "}"
        case .remarked(_, let value): value.inOneLine(inFlow: inFlow)
        }
    }
}

extension String {
    /// The text as a plain scalar if it is read as itself, else in quotes.
    fileprivate func asScalar(inFlow: Bool) -> String { isPlain(inFlow: inFlow) ? self : quoted }

    private func isPlain(inFlow: Bool) -> Bool {
        guard let first, let last, first.isLetter || first.isNumber || first == "/" || first == ".",
            !last.isWhitespace, last != ":", !["null", "Null", "NULL"].contains(self)
        else { return false }
        return !contains(": ") && !contains(" #")
            && unicodeScalars.allSatisfy { !$0.isSpecial && !(inFlow && "[]{},".unicodeScalars.contains($0)) }
    }

    private var quoted: String {
        let escaped = unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.isSpecial: "\\U" + scalar.eightDigits
            default: "\(scalar)"
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}

extension Unicode.Scalar {
    /// Whether it ends lines or acts on terminals.
    fileprivate var isSpecial: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: true
        default: false
        }
    }

    fileprivate var eightDigits: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

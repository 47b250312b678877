/// One XML element with all that is in it, written out as it was read: names keep their prefixes.
struct XMLTree: Hashable, Sendable {
    /// What stands between the tags, in order.
    enum Content: Hashable, Sendable {
        case element(XMLTree)
        case text(String)
        case comment(String)
    }

    /// The name as written, with its prefix.
    var name: String
    /// Attributes by their names as written, `xmlns` declarations among them.
    var attributes: [String: String]
    var content: [Content]

    init(_ name: String, _ attributes: [String: String] = [:], _ content: [Content] = []) {
        self.name = name
        self.attributes = attributes
        self.content = content
    }

    /// An element that holds only text.
    init(_ name: String, text: String) { self.init(name, [:], [.text(text)]) }

    /// The name without its prefix.
    var localName: Substring { name.split(separator: ":").last ?? "" }

    /// The prefix of the name; nil when there is none.
    var prefix: Substring? { name.contains(":") ? name.split(separator: ":").first : nil }

    /// The elements directly inside.
    var elements: [XMLTree] {
        content.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The first element directly inside whose name, as written, is `name`.
    func first(_ name: String) -> XMLTree? { elements.first { $0.name == name } }

    /// The text directly inside, white space and all.
    var text: String {
        var text = ""
        for case .text(let part) in content { text += part }
        return text
    }
}

extension XMLTree: CustomStringConvertible {
    /// The element as XML. Attributes are sorted by name; characters XML 1.0 cannot hold become U+FFFD.
    var description: String {
        var xml = ""
        write(to: &xml)
        return xml
    }

    private func write(to xml: inout String) {
        xml += "<\(name)"
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { xml += " \(name)=\"\(value.xmlEscaped)\"" }
        guard !content.isEmpty else {
            xml += "/>"
            return
        }
        xml += ">"
        for part in content {
            switch part {
            case .element(let element): element.write(to: &xml)
            case .text(let text): xml += text.xmlEscaped
            case .comment(let comment): xml += "<!--\(comment)-->"
            }
        }
        xml += "</\(name)>"
    }
}

extension String {
    /// The string as text or attribute value of XML 1.0; white space other than a blank survives attribute
    /// normalization, and characters that XML cannot hold become U+FFFD.
    fileprivate var xmlEscaped: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&apos;"
            case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

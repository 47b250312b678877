/// Reads a document of XML 1.0 that has no DTD.
///
/// Foundation's parser is not used: it brings libxml2 and ICU into every start of the program, and crashes at `<?x?>`.
/// What is left of XML without a DTD is small: nothing is declared, nothing expands, and attributes have one type.
/// Clauses are those of XML 1.0, fifth edition.
struct XMLReader {
    /// What is wrong with a document, as a predicate of it.
    enum Fault: String, Error {
        case malformed = "is not well-formed"
        case tooDeep = "nests too deep"
        case hasDTD = "has a DTD"
    }

    /// Far more than libvirt needs, and little enough for functions that descend into the tree.
    static let depthLimit = 128

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ xml: String) { scalars = Array(xml.unicodeScalars) }

    /// Line and column up to which the document was read, from 1.
    var place: (line: Int, column: Int) {
        let read = scalars[..<position]
        let line = read.count { $0 == "\n" } + 1
        return (line, position - (read.lastIndex(of: "\n") ?? -1))
    }

    /// Reads the whole document ([1] document).
    mutating func document() throws(Fault) -> XMLTree {
        _ = skip("\u{FEFF}")
        if starts(with: "<?xml"), position + 5 < scalars.count, scalars[position + 5].isXMLSpace {
            try declaration()
        }
        try skipMiscellany()
        guard !starts(with: "<!DOCTYPE") else { throw .hasDTD }
        let root = try element(depth: 1)
        try skipMiscellany()
        guard position == scalars.count else { throw .malformed }
        return root
    }
}

// MARK: Elements

extension XMLReader {
    /// Reads an element with all that is in it ([39] element).
    private mutating func element(depth: Int) throws(Fault) -> XMLTree {
        guard depth <= Self.depthLimit else { throw .tooDeep }
        try expect("<")
        var element = XMLTree(try name())
        while skipSpace(), let next = peek, next != "/", next != ">" {
            let (name, value) = try attribute()
            guard element.attributes.updateValue(value, forKey: name) == nil else { throw .malformed }
        }
        skipSpace()
        if skip("/>") { return element }
        try expect(">")
        while !skip("</") {
            if let content = try content(depth: depth) { element.content.append(content) }
        }
        guard try name() == element.name else { throw .malformed }
        skipSpace()
        try expect(">")
        return element
    }

    /// Reads the next piece between tags ([43] content); nil for a processing instruction.
    private mutating func content(depth: Int) throws(Fault) -> XMLTree.Content? {
        if skip("<!--") { return .comment(try comment()) }
        if skip("<![CDATA[") { return .text(try String(scalars: pass(through: "]]>").withUniformLines())) }
        if skip("<?") {
            try passInstruction()
            return nil
        }
        return peek == "<" ? .element(try element(depth: depth + 1)) : .text(try text())
    }

    private mutating func attribute() throws(Fault) -> (name: String, value: String) {
        let name = try name()
        skipSpace()
        try expect("=")
        skipSpace()
        return (name, try attributeValue())
    }

    /// [5] Name.
    private mutating func name() throws(Fault) -> String {
        guard let first = peek, first.startsXMLName else { throw .malformed }
        return String(scalars: take { $0.isInXMLName })
    }
}

// MARK: What is passed over

extension XMLReader {
    /// White space, comments and processing instructions ([27] Misc).
    private mutating func skipMiscellany() throws(Fault) {
        while true {
            skipSpace()
            if skip("<!--") {
                _ = try comment()
            } else if skip("<?") {
                try passInstruction()
            } else {
                return
            }
        }
    }

    /// The declaration ([23] XMLDecl). What it says of an encoding is over: a string has none.
    private mutating func declaration() throws(Fault) {
        position += 5
        var parts: [(name: String, value: String)] = []
        while skipSpace(), peek != "?" { parts.append(try attribute()) }
        let names = parts.map(\.name)
        guard skip("?>"), let version = parts.first, version.name == "version", version.value.hasPrefix("1."),
            names == ["version", "encoding", "standalone"].filter(names.contains)
        else { throw .malformed }
    }

    /// The rest of a comment ([15] Comment): two hyphens are its end.
    private mutating func comment() throws(Fault) -> String {
        let text = try pass(through: "--")
        try expect(">")
        return String(scalars: text.withUniformLines())
    }

    /// The rest of a processing instruction ([16] PI); a declaration has its place at the beginning only.
    private mutating func passInstruction() throws(Fault) {
        guard try name().lowercased() != "xml" else { throw .malformed }
        if skip("?>") { return }
        guard skipSpace() else { throw .malformed }
        try pass(through: "?>")
    }
}

// MARK: Text

extension XMLReader {
    /// Character data and references up to the next markup ([14] CharData).
    private mutating func text() throws(Fault) -> String {
        var text: [Unicode.Scalar] = []
        while let next = peek, next != "<" {
            if next == "&" {
                text.append(try reference())
            } else {
                guard !starts(with: "]]>") else { throw .malformed }
                text.append(try character())
            }
        }
        guard peek != nil else { throw .malformed }
        return String(scalars: text)
    }

    /// A value in its quotes ([10] AttValue), in which white space is blanks unless it is referred to (3.3.3).
    private mutating func attributeValue() throws(Fault) -> String {
        guard let quote = peek, quote == "\"" || quote == "'" else { throw .malformed }
        position += 1
        var value: [Unicode.Scalar] = []
        while let next = peek, next != quote {
            guard next != "<" else { throw .malformed }
            if next == "&" {
                value.append(try reference())
            } else {
                let character = try character()
                value.append(character.isXMLSpace ? " " : character)
            }
        }
        try expect(quote)
        return String(scalars: value)
    }

    /// One of the five entities that XML has itself, or a character by its number ([67] Reference).
    private mutating func reference() throws(Fault) -> Unicode.Scalar {
        try expect("&")
        let named: [(String, Unicode.Scalar)] = [
            ("lt;", "<"), ("gt;", ">"), ("amp;", "&"), ("quot;", "\""), ("apos;", "'"),
        ]
        for (name, scalar) in named where skip(name) { return scalar }
        guard skip("#") else { throw .malformed }
        let radix = skip("x") ? 16 : 10
        // UInt32 would take a sign.
        let digits = take { $0.properties.isASCIIHexDigit }
        guard let number = UInt32(String(scalars: digits), radix: radix), let scalar = Unicode.Scalar(number),
            scalar.isXMLCharacter
        else { throw .malformed }
        try expect(";")
        return scalar
    }

    /// The next character; every end of line is a line feed (2.11).
    private mutating func character() throws(Fault) -> Unicode.Scalar {
        guard let next = peek, next.isXMLCharacter else { throw .malformed }
        position += 1
        guard next == "\r" else { return next }
        _ = skip("\n")
        return "\n"
    }
}

// MARK: Scalars

extension XMLReader {
    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func starts(with word: String) -> Bool { scalars[position...].starts(with: word.unicodeScalars) }

    /// Takes a word that may come next; whether it did.
    private mutating func skip(_ word: String) -> Bool {
        guard starts(with: word) else { return false }
        position += word.unicodeScalars.count
        return true
    }

    /// Takes white space; whether there was any.
    @discardableResult
    private mutating func skipSpace() -> Bool { !take { $0.isXMLSpace }.isEmpty }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(Fault) {
        guard peek == scalar else { throw .malformed }
        position += 1
    }

    private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> ArraySlice<Unicode.Scalar> {
        let taken = scalars[position...].prefix(while: belongs)
        position = taken.endIndex
        return taken
    }

    /// Takes everything through a word; what stands before it.
    @discardableResult
    private mutating func pass(through end: String) throws(Fault) -> ArraySlice<Unicode.Scalar> {
        let start = position
        while !starts(with: end) {
            guard let next = peek, next.isXMLCharacter else { throw .malformed }
            position += 1
        }
        defer { position += end.unicodeScalars.count }
        return scalars[start..<position]
    }
}

extension String {
    fileprivate init(scalars: some Sequence<Unicode.Scalar>) {
        self.init()
        unicodeScalars.append(contentsOf: scalars)
    }
}

extension Sequence<Unicode.Scalar> {
    /// The same with a line feed for every end of line (2.11).
    fileprivate func withUniformLines() -> [Unicode.Scalar] {
        var lines: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in self {
            if scalar != "\n" || previous != "\r" { lines.append(scalar == "\r" ? "\n" : scalar) }
            previous = scalar
        }
        return lines
    }
}

extension Unicode.Scalar {
    /// [3] S.
    fileprivate var isXMLSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }

    /// [2] Char; a scalar is no surrogate.
    fileprivate var isXMLCharacter: Bool {
        self >= " " ? self != "\u{FFFE}" && self != "\u{FFFF}" : isXMLSpace
    }

    /// [4] NameStartChar.
    fileprivate var startsXMLName: Bool {
        switch self {
        case "A"..."Z", "a"..."z", "_", ":", "\u{C0}"..."\u{D6}", "\u{D8}"..."\u{F6}", "\u{F8}"..."\u{2FF}",
            "\u{370}"..."\u{37D}", "\u{37F}"..."\u{1FFF}", "\u{200C}"..."\u{200D}", "\u{2070}"..."\u{218F}",
            "\u{2C00}"..."\u{2FEF}", "\u{3001}"..."\u{D7FF}", "\u{F900}"..."\u{FDCF}", "\u{FDF0}"..."\u{FFFD}",
            "\u{10000}"..."\u{EFFFF}":
            true
        default: false
        }
    }

    /// [4a] NameChar.
    fileprivate var isInXMLName: Bool {
        switch self {
        case "-", ".", "0"..."9", "\u{B7}", "\u{300}"..."\u{36F}", "\u{203F}"..."\u{2040}": true
        default: startsXMLName
        }
    }
}

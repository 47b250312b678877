internal import StrictYAML

/// Every error points into the text and is one line, no mapping gives a key twice, and every getter answers or throws.
func fuzzYAML(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input) else { return }
    let extent = TextExtent(text)
    let limits = YAMLLimits(byteCount: 1 << 14, depth: 16)
    guard
        let root = try extent.read({ () throws(YAMLError) in
            try YAMLNode(parsing: text, file: TextExtent.file, limits: limits)
        })
    else { return }
    try extent.visit(root)
}

/// How far a text goes, to hold positions in it to.
struct TextExtent {
    static let file = "input.yaml"

    private let lines: Int
    private let scalars: Int

    init(_ text: String) {
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        lines = text.unicodeScalars.count { breaks.contains($0) } + 1
        scalars = text.unicodeScalars.count
    }

    /// What `body` reads; nil when it throws, which must be an error that points into the text.
    func read<Value>(_ body: () throws(YAMLError) -> Value) throws(BrokenInvariant) -> Value? {
        do throws(YAMLError) {
            return try body()
        } catch {
            try check(error.position)
            try requireOneLine(error.description)
            return nil
        }
    }

    /// Asks a node and all below it for everything.
    func visit(_ node: YAMLNode) throws(BrokenInvariant) {
        try check(node.position)
        try readScalar(node)
        for child in try read(node.list) ?? [] { try visit(child) }
        let entries = try read(node.entries) ?? []
        try require(Set(entries.map(\.name)).count == entries.count, "a key is there twice")
        for entry in entries {
            try visit(entry.key)
            try visit(entry.value)
        }
        _ = try read { () throws(YAMLError) in
            try node.mapping { map throws(YAMLError) in
                _ = map.optional("phase")
                _ = try map.one(of: ["act", "inject", "advance"])
                return try map.required("version").shape
            }
        }
    }

    private enum Word: String, CaseIterable { case convert, release, recover }

    private func readScalar(_ node: YAMLNode) throws(BrokenInvariant) {
        _ = try read(node.string)
        _ = try read(node.bool)
        _ = try read(node.byteCount)
        _ = try read(node.nanoseconds)
        _ = try read { () throws(YAMLError) in try node.choice(Word.self) }
        _ = try read { () throws(YAMLError) in try node.integer(UInt64.self) }
        let small = try read { () throws(YAMLError) in try node.integer(Int8.self, in: -3...7) }
        try require(small.map { (-3...7).contains($0) } ?? true, "a number out of its range")
    }

    /// A text that ends too early is complained about at the start of the line behind it. What is wrong in a file that the
    /// text names is that file's.
    private func check(_ position: YAMLPosition) throws(BrokenInvariant) {
        guard position.file == Self.file else { return }
        let isInside = (1...lines).contains(position.line) && (1...scalars + 1).contains(position.column)
        try require(
            isInside || position.line == lines + 1 && position.column == 1,
            "\(position) is outside the \(lines) lines given")
    }
}

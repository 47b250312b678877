extension YAMLNode {
    /// The text of any scalar, as it is written.
    ///
    /// Throws for a list, a mapping, and a value that is empty or `null` without quotes.
    public func string() throws(YAMLError) -> String {
        guard case .scalar(let text, let isPlain) = content else { throw expected("text") }
        guard !isPlain || !["", "~", "null", "Null", "NULL"].contains(text) else { throw expected("text") }
        return text
    }

    /// A whole number: decimal, or hexadecimal behind `0x`; underscores may separate digits.
    ///
    /// Throws for quoted text, for a decimal with leading zeros (YAML 1.1 reads it as octal), and for a number outside
    /// `range`, which is all of `Number` unless given.
    public func integer<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self, in range: ClosedRange<Number>? = nil
    ) throws(YAMLError) -> Number {
        let range = range ?? Number.min...Number.max
        guard let text = plain, let digits = IntegerLiteral(text) else { throw expected("a whole number") }
        guard !digits.hasLeadingZero else {
            throw error("'\(text)' has leading zeros; write it without them, or in hexadecimal")
        }
        guard let value = digits.value(as: Number.self), range.contains(value) else {
            throw error("\(text) is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }

    /// The version of the format that a file is written in, which has to be the one that is known.
    ///
    /// Throws for another one.
    public func formatVersion(_ known: Int) throws(YAMLError) {
        let version = try integer(Int.self)
        guard version == known else { throw error("this program reads version \(known), not \(version)") }
    }

    /// `true` or `false`, nothing else.
    public func bool() throws(YAMLError) -> Bool {
        switch plain {
        case "true": return true
        case "false": return false
        default: throw expected("true or false")
        }
    }

    /// One of the words of an enumeration.
    ///
    /// Throws with all the words, and the one that was probably meant.
    public func choice<Word>(_ type: Word.Type = Word.self) throws(YAMLError) -> Word
    where Word: CaseIterable & RawRepresentable, Word.RawValue == String {
        let words = Array(Word.allCases)
        return words[try choice(among: words.map(\.rawValue))]
    }

    /// The index of the word among those that are allowed here.
    ///
    /// Throws with all the words, and the one that was probably meant.
    public func choice(among words: [String]) throws(YAMLError) -> Int {
        let what = "one of \(words.joined(separator: ", "))"
        guard case .scalar(let text, _) = content else { throw expected(what) }
        if let index = words.firstIndex(of: text) { return index }
        guard let guess = closest(to: text, among: words) else { throw expected(what) }
        throw error("expected \(what), found '\(text)'; did you mean '\(guess)'?")
    }

    /// The text as `parse` understands it; what it throws becomes a ``YAMLError`` here.
    public func parsed<Value>(_ parse: (String) throws -> Value) throws(YAMLError) -> Value {
        let text = try string()
        do {
            return try parse(text)
        } catch {
            throw self.error(String(describing: error))
        }
    }

    /// The text of a scalar without quotes.
    var plain: String? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        return text
    }
}

/// The digits of a whole number as written: sign, base, digits.
struct IntegerLiteral {
    private let sign: String
    private let digits: String
    private let radix: Int

    /// Nil when `text` is not a number.
    init?(_ text: some StringProtocol) {
        let isNegative = text.first == "-"
        let magnitude = isNegative ? text.dropFirst() : text[...]
        let isHexadecimal = magnitude.hasPrefix("0x")
        let spelled = isHexadecimal ? magnitude.dropFirst(2) : magnitude
        guard let first = spelled.first, let last = spelled.last, first != "_", last != "_",
            spelled.allSatisfy({ $0 == "_" || $0.isASCII && (isHexadecimal ? $0.isHexDigit : $0.isNumber) })
        else { return nil }
        sign = isNegative ? "-" : ""
        digits = String(spelled.filter { $0 != "_" })
        radix = isHexadecimal ? 16 : 10
    }

    /// Whether a decimal begins with a zero that means nothing.
    var hasLeadingZero: Bool { radix == 10 && digits.count > 1 && digits.first == "0" }

    /// The number, or nil when `Number` cannot hold it.
    func value<Number: FixedWidthInteger>(as type: Number.Type) -> Number? { Number(sign + digits, radix: radix) }
}

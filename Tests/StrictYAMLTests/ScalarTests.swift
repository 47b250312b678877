import StrictYAML
import Testing

@Suite struct `YAML scalars` {
    private enum Color: String, CaseIterable {
        case red
        case green
        case darkBlue = "dark-blue"
    }

    private struct Refused: Error, CustomStringConvertible {
        let description = "not a colour"
    }

    @Test(arguments: [
        ("no", "no"), ("1.10", "1.10"), ("0x1F", "0x1F"), ("'a b'", "a b"), ("\"a\\tb\"", "a\tb"), ("''", ""),
        ("'null'", "null"), ("|\n  one\n  two\n", "one\ntwo\n"), ("2026-01-01", "2026-01-01"), ("a#b", "a#b"),
    ]) func `text is taken as it is written`(text: String, expected: String) throws {
        #expect(try node(text).string() == expected)
    }

    @Test func `an error that quotes the file stays on one line and does nothing to a terminal`() {
        #expect(
            refusal(of: #""\e[2J\n\L""#) { node throws(YAMLError) in _ = try node.bool() }
                == #"f:1:1: expected true or false, found the quoted text '\u{1B}[2J\n\u{2028}'"#)
        let place = YAMLPosition(file: "a\tb.yaml", line: 1, column: 2)
        #expect(YAMLError(place, "wrong").description == #"a\tb.yaml:1:2: wrong"#)
    }

    @Test(arguments: [
        ("[]", "f:1:1: expected text, found a list"),
        ("{}", "f:1:1: expected text, found a mapping"),
        ("~", "f:1:1: expected text, found '~'"),
        ("null", "f:1:1: expected text, found 'null'"),
        ("---\n", "f:2:1: expected text, found an empty value"),
    ]) func `what is not text is refused`(text: String, expected: String) {
        #expect(refusal(of: text) { node throws(YAMLError) in _ = try node.string() } == expected)
    }

    @Test(arguments: [
        ("0", 0), ("42", 42), ("-7", -7), ("1_000", 1000), ("0x10", 16), ("0xFFfF", 65535), ("0x0010", 16),
        ("0x1_0000", 65536), ("-0x10", -16), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
    ]) func `whole numbers are read`(text: String, expected: Int) throws {
        #expect(try node(text).integer() == expected)
    }

    @Test(arguments: [
        ("abc", "expected a whole number, found 'abc'"),
        ("'5'", "expected a whole number, found the quoted text '5'"),
        ("1.5", "expected a whole number, found '1.5'"),
        ("0x", "expected a whole number, found '0x'"),
        ("0xG", "expected a whole number, found '0xG'"),
        ("_1", "expected a whole number, found '_1'"),
        ("1_", "expected a whole number, found '1_'"),
        ("+1", "expected a whole number, found '+1'"),
        ("--1", "expected a whole number, found '--1'"),
        ("٣", "expected a whole number, found '٣'"),
        ("1Ki", "expected a whole number, found '1Ki'"),
        ("[1]", "expected a whole number, found a list"),
        ("010", "'010' has leading zeros; write it without them, or in hexadecimal"),
        ("9223372036854775808", "9223372036854775808 is not between -9223372036854775808 and 9223372036854775807"),
    ]) func `what is not a whole number is refused`(text: String, expected: String) {
        #expect(refusal(of: text) { node throws(YAMLError) in _ = try node.integer(Int.self) } == "f:1:1: \(expected)")
    }

    @Test func `a number outside its type or range is refused with the range`() throws {
        #expect(try node("65535").integer(UInt16.self) == .max)
        #expect(try node("7").integer(in: 0...7) == UInt8(7))
        #expect(
            refusal(of: "65536") { node throws(YAMLError) in _ = try node.integer(UInt16.self) }
                == "f:1:1: 65536 is not between 0 and 65535")
        #expect(
            refusal(of: "-1") { node throws(YAMLError) in _ = try node.integer(UInt16.self) }
                == "f:1:1: -1 is not between 0 and 65535")
        #expect(
            refusal(of: "8") { node throws(YAMLError) in _ = try node.integer(UInt8.self, in: 0...7) }
                == "f:1:1: 8 is not between 0 and 7")
    }

    @Test func `only true and false are truth values`() throws {
        #expect(try node("true").bool())
        #expect(try !node("false").bool())
        for text in ["yes", "no", "on", "True", "1"] {
            #expect(
                refusal(of: text) { node throws(YAMLError) in _ = try node.bool() }
                    == "f:1:1: expected true or false, found '\(text)'")
        }
        #expect(
            refusal(of: "'true'") { node throws(YAMLError) in _ = try node.bool() }
                == "f:1:1: expected true or false, found the quoted text 'true'")
    }

    @Test func `a word of an enumeration is read, quoted or not`() throws {
        #expect(try node("dark-blue").choice(Color.self) == .darkBlue)
        #expect(try node("'red'").choice() == Color.red)
    }

    @Test(arguments: [
        ("pink", "expected one of red, green, dark-blue, found 'pink'"),
        ("grene", "expected one of red, green, dark-blue, found 'grene'; did you mean 'green'?"),
        ("Red", "expected one of red, green, dark-blue, found 'Red'; did you mean 'red'?"),
        ("darkblue", "expected one of red, green, dark-blue, found 'darkblue'; did you mean 'dark-blue'?"),
        ("[red]", "expected one of red, green, dark-blue, found a list"),
    ]) func `another word is refused with the words and the one probably meant`(text: String, expected: String) {
        #expect(refusal(of: text) { node throws(YAMLError) in _ = try node.choice(Color.self) } == "f:1:1: \(expected)")
    }

    @Test func `an error of a parser of its own gets the position`() throws {
        #expect(try node("abc").parsed { $0.count } == 3)
        let message = refusal(of: "- abc") { node throws(YAMLError) in
            _ = try node.list()[0].parsed { _ throws -> Int in throw Refused() }
        }
        #expect(message == "f:1:3: not a colour")
    }

    @Test func `a list is read in order, anything else is refused`() throws {
        let numbers = try node("[3, 1, 2]").list().map { node throws(YAMLError) in try node.integer(Int.self) }
        #expect(numbers == [3, 1, 2])
        #expect(try node("[]").list().isEmpty)
        #expect(
            refusal(of: "a: 1") { node throws(YAMLError) in _ = try node.list() }
                == "f:1:1: expected a list, found a mapping")
        #expect(
            refusal(of: "a: 1") { node throws(YAMLError) in _ = try node.entries()[0].value.list() }
                == "f:1:4: expected a list, found '1'")
    }
}

@Suite struct `YAML quantities` {
    @Test(arguments: [
        ("0", 0), ("4096", 4096), ("0x1000", 4096), ("512B", 512), ("64KiB", 65536), ("2MiB", 2 << 20),
        ("1GiB", 1 << 30),
        ("3TiB", 3 << 40), ("1_024KiB", 1 << 20), ("16777215TiB", 16_777_215 << 40),
        ("18446744073709551615", UInt64.max),
    ]) func `sizes are bytes`(text: String, expected: UInt64) throws {
        #expect(try node(text).byteCount() == expected)
    }

    @Test(arguments: ["64KB", "64kib", "KiB", "1.5MiB", "0x10KiB", "-4KiB", "'4KiB'", "04KiB", "4 KiB", "", "[]"])
    func `what is not a size is refused with examples`(text: String) throws {
        let message = refusal(of: "a: \(text)") { node throws(YAMLError) in _ = try node.entries()[0].value.byteCount()
        }
        let expected = "expected a size such as 4096, 0x1000, 64KiB or 2MiB, found "
        #expect(try #require(message).contains(expected))
        #expect(try #require(message).hasPrefix("f:1:"))
    }

    @Test(arguments: [
        ("16777216TiB", "16777216TiB is too large"),
        ("18446744073709551616KiB", "18446744073709551616KiB is too large"),
        ("18446744073709551616", "18446744073709551616 is not between 0 and 18446744073709551615"),
        ("-1", "-1 is not between 0 and 18446744073709551615"),
        ("010", "'010' has leading zeros; write it without them, or in hexadecimal"),
    ]) func `a size that 64 bits cannot hold is refused`(text: String, expected: String) {
        #expect(refusal(of: text) { node throws(YAMLError) in _ = try node.byteCount() } == "f:1:1: \(expected)")
    }

    @Test(arguments: [
        ("0s", 0), ("7ns", 7), ("250us", 250_000), ("100ms", 100_000_000), ("5s", 5_000_000_000),
        ("2min", 120_000_000_000), ("1h", 3_600_000_000_000),
    ]) func `durations are nanoseconds`(text: String, expected: UInt64) throws {
        #expect(try node(text).nanoseconds() == expected)
    }

    @Test(arguments: ["5", "0", "5 s", "5m", "1.5s", "0x5s", "-5s", "s", "05s"])
    func `what is not a duration is refused with examples`(text: String) {
        #expect(
            refusal(of: text) { node throws(YAMLError) in _ = try node.nanoseconds() }
                == "f:1:1: expected a duration such as 250us, 100ms or 5s, found '\(text)'")
    }

    @Test func `a duration that 64 bits cannot hold is refused`() {
        #expect(
            refusal(of: "6000000h") { node throws(YAMLError) in _ = try node.nanoseconds() }
                == "f:1:1: 6000000h is too large")
    }
}

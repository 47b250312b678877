import PCIe
import Testing

@Suite struct `Function address` {
    @Test(arguments: [
        ("0000:3b:00.1", "0000:3b:00.1"), ("3b:00.1", "0000:3b:00.1"), ("ABCD:FF:1F.7", "abcd:ff:1f.7"),
        ("0:1:2.3", "0000:01:02.3"),
    ]) func `parses and prints the full form`(text: String, printed: String) throws {
        #expect(try FunctionAddress(parsing: text).description == printed)
    }

    @Test(arguments: [
        "", ":", "3b", "3b:00", "3b:00.", "3b:00.8", "3b:20.0", "1:2:3:4.5", "00000:00:00.0", "0000:100:00.0",
        "0000:3b:00.1 ",
        "0000:+3:00.1", "0000:3b:0g.0", "0000:3b:00.1.2", "３b:00.1",
    ]) func `refuses anything else and says why`(text: String) {
        #expect(throws: FunctionAddress.ParseError.self) { try FunctionAddress(parsing: text) }
    }

    @Test func `a text that it refuses is shown on one line and does nothing to a terminal`() throws {
        let error = try #require(throws: FunctionAddress.ParseError.self) {
            try FunctionAddress(parsing: "3b:\u{1B}[2J\u{9B}2J\n")
        }
        #expect(error.text == "3b:\u{1B}[2J\u{9B}2J\n")
        #expect(error.description.hasPrefix(#"'3b:\u{1B}[2J\u{009B}2J\n' is not a PCI address: "#))
    }
}

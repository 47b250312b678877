import Foundation
import StrictYAML
import Testing

/// The message with which `read` refuses `text`, or nil; the file is called `f`.
func refusal(
    of text: String, limits: YAMLLimits = YAMLLimits(), by read: (YAMLNode) throws(YAMLError) -> Void = { _ in }
) -> String? {
    do throws(YAMLError) {
        try read(try YAMLNode(parsing: text, file: "f", limits: limits))
        return nil
    } catch {
        return error.description
    }
}

/// A node of `text`, which is well-formed.
func node(_ text: String) throws -> YAMLNode { try YAMLNode(parsing: text, file: "f") }

@Suite struct `YAML document` {
    @Test func `knows where every value stands, in block and flow form`() throws {
        let root = try node("a: 1\nb:\n  - x\n  - {c: 'y', d: [z]}\n")
        let entries = try root.entries()
        #expect(entries.map(\.name) == ["a", "b"])
        #expect(entries.map { "\($0.key.position) \($0.value.position)" } == ["f:1:1 f:1:4", "f:2:1 f:3:3"])
        let list = try entries[1].value.list()
        #expect(list.map(\.position.description) == ["f:3:5", "f:4:5"])
        let flow = try list[1].entries()
        #expect(flow.map(\.value.position.description) == ["f:4:9", "f:4:17"])
        #expect([root.shape, list[0].shape, flow[1].value.shape] == [.mapping, .scalar, .list])
    }

    @Test func `columns count characters as an editor does, not bytes`() throws {
        let entries = try node("{ä: ü, b: c}").entries()
        #expect(entries.map(\.value.position.column) == [5, 11])
    }

    @Test(arguments: [
        ("", "f:1:1: no content"),
        ("# only a comment\n", "f:1:1: no content"),
        ("a: 1\n---\nb: 2\n", "f:2:1: but found another document (expected a single document in the stream, line 1)"),
        ("a: [1, 2\nb: 3\n", "f:2:2: did not find expected ',' or ']' (while parsing a flow sequence, line 1)"),
        (
            "a:\n\t- 1\n",
            "f:2:1: found character that cannot start any token (while scanning for the next token, line 2)"
        ),
        ("a: 'x\n", "f:2:1: found unexpected end of stream (while scanning a quoted scalar, line 1)"),
        ("a: b: c\n", "f:1:5: mapping values are not allowed in this context"),
        ("a: *x\n", "f:1:4: found undefined alias"),
        ("a: 1\nb: \u{1}\n", "f:2:4: control characters are not allowed (U+1)"),
    ]) func `text that is not one YAML document is refused where it goes wrong`(text: String, expected: String) {
        #expect(refusal(of: text) == expected)
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "f:1:1: key 'a' is given more than once"),
        ("x:\n  1: a\n  '1': b\n", "f:2:3: key '1' is given more than once"),
        ("- {k: 1, k: 1}\n", "f:1:4: key 'k' is given more than once"),
    ]) func `a key given twice is refused`(text: String, expected: String) {
        #expect(refusal(of: text) == expected)
    }

    @Test(arguments: [
        ("? [a, b]\n: 1\n", "f:1:3: expected a key that is text, found a list"),
        ("? {a: b}\n: 1\n", "f:1:3: expected a key that is text, found a mapping"),
        ("?\n: 2\n", "f:1:2: expected text, found an empty value"),
        ("~: 2\n", "f:1:1: expected text, found '~'"),
    ]) func `a key that is not text is refused`(text: String, expected: String) {
        #expect(refusal(of: text) == expected)
    }

    @Test(arguments: [
        ("a: !!int 5\n", "f:1:4: tags are not supported, found 'tag:yaml.org,2002:int'"),
        ("a: 1\nb: !secret x\n", "f:2:4: tags are not supported, found '!secret'"),
        ("a: !!set {b}\n", "f:1:4: tags are not supported, found 'tag:yaml.org,2002:set'"),
        ("a: !list [b]\n", "f:1:4: tags are not supported, found '!list'"),
    ]) func `a tag is refused`(text: String, expected: String) {
        #expect(refusal(of: text) == expected)
    }
}

@Suite struct `YAML limits` {
    private static let anchor =
        "'&' in front of a name is an anchor, which is not supported; write the value again where it is needed"

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", "f:1:4"),
        ("a: 1\nb:\n  - &b2 {}\n", "f:3:5"),
        ("&a : 1\n", "f:1:1"),
        ("[1,&_a 2]\n", "f:1:4"),
        ("{\"k\":&-a 2}\n", "f:1:6"),
        ("ä: &x 1\n", "f:1:4"),
        ("a: !!map &x {}\n", "f:1:10"),
    ]) func `an anchor is refused where it stands`(text: String, position: String) {
        #expect(refusal(of: text) == "\(position): \(Self.anchor)")
    }

    @Test func `a document that would expand without bound is refused at its first anchor`() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a60\n: key\n"
        #expect(refusal(of: text) == "f:1:5: \(Self.anchor)")
    }

    @Test(arguments: ["a: R&D", "a: lock & accept", "a: x&", "a: '&'", "a: x &&"])
    func `an ampersand that names nothing is text`(text: String) throws {
        let value = try #require(try node(text).entries().first).value
        #expect(try value.string() == text.dropFirst(3).filter { $0 != "'" })
    }

    @Test func `a file of the largest size is read, one byte more is refused`() throws {
        let text = "a: " + String(repeating: "x", count: 97)
        #expect(refusal(of: text, limits: YAMLLimits(byteCount: 100)) == nil)
        #expect(refusal(of: text + "x", limits: YAMLLimits(byteCount: 100)) == "f:1:1: larger than 100 bytes")
    }

    @Test func `the deepest nesting is read, one level more is refused at its place`() {
        #expect(refusal(of: "a: [[x]]", limits: YAMLLimits(depth: 4)) == nil)
        #expect(refusal(of: "a: [[[x]]]", limits: YAMLLimits(depth: 4)) == "f:1:7: nested too deeply")
    }

    @Test(arguments: [33, 900, 100_000]) func `nesting beyond the default is refused`(depth: Int) throws {
        let message = try #require(
            refusal(of: String(repeating: "[", count: depth) + String(repeating: "]", count: depth)))
        #expect(message.hasPrefix("f:1:"))
    }
}

@Suite struct `YAML file` {
    /// Writes `bytes` to a file of its own, reads it, and removes it.
    private func read(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws -> Result<YAMLNode, YAMLError> {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml")
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        do throws(YAMLError) {
            return .success(try YAMLNode(contentsOfFile: url.path, limits: limits))
        } catch {
            return .failure(error)
        }
    }

    private func problem(_ result: Result<YAMLNode, YAMLError>) -> String? {
        guard case .failure(let error) = result else { return nil }
        return "\(error.position.line):\(error.position.column): \(error.message)"
    }

    @Test func `a file is read and its path stands in positions`() throws {
        let root = try read(Array("a: ä\n".utf8)).get()
        let value = try #require(try root.entries().first).value
        #expect(try value.string() == "ä")
        #expect(value.position.file.hasSuffix(".yaml"))
    }

    @Test func `a file that is not there is refused by name`() throws {
        let path = "/no-such-directory/topology.yaml"
        let error = try #require(throws: YAMLError.self) { _ = try YAMLNode(contentsOfFile: path) }
        #expect(error.description == "\(path):1:1: cannot be read: No such file or directory")
    }

    @Test func `a directory is refused`() throws {
        let error = try #require(throws: YAMLError.self) { _ = try YAMLNode(contentsOfFile: "/") }
        #expect(error.description == "/:1:1: cannot be read: Is a directory")
    }

    @Test func `bytes that are not UTF-8 are refused where they stand`() throws {
        #expect(problem(try read(Array("a: 1\nü: x".utf8) + [0xFF, 0x0A])) == "2:5: not UTF-8")
    }

    @Test func `a file that is too large is refused, also where the limit cuts a character`() throws {
        let limits = YAMLLimits(byteCount: 8)
        #expect(problem(try read(Array("a: 123456789".utf8), limits: limits)) == "1:1: larger than 8 bytes")
        #expect(problem(try read(Array("a: 12345ä".utf8), limits: limits)) == "1:1: larger than 8 bytes")
    }

    @Test func `an endless file is refused after the limit`() throws {
        let error = try #require(throws: YAMLError.self) {
            _ = try YAMLNode(contentsOfFile: "/dev/zero", limits: YAMLLimits(byteCount: 1000))
        }
        #expect(error.description == "/dev/zero:1:1: larger than 1000 bytes")
    }
}

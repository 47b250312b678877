import StrictYAML
import Testing

@Suite struct `YAML mapping` {
    private struct Device: Equatable {
        var address: String
        var serial: Int?
        var functions: [String]
    }

    private static func device(_ node: YAMLNode) throws(YAMLError) -> Device {
        try node.mapping { keys throws(YAMLError) in
            Device(
                address: try keys.required("address").string(),
                serial: try keys.optional("serial")?.integer(),
                functions: try keys.optional("functions")?.list().map { node throws(YAMLError) in try node.string() }
                    ?? [])
        }
    }

    private func refusalOfDevice(_ text: String) -> String? {
        refusal(of: text) { node throws(YAMLError) in _ = try Self.device(node) }
    }

    @Test func `required and optional keys are read`() throws {
        let full = try Self.device(try node("serial: 7\naddress: 3b:00.0\nfunctions: [a, b]\n"))
        #expect(full == Device(address: "3b:00.0", serial: 7, functions: ["a", "b"]))
        let small = try Self.device(try node("address: 3b:00.0"))
        #expect(small == Device(address: "3b:00.0", serial: nil, functions: []))
    }

    @Test(arguments: [
        ("address: a\nserail: 1\n", "f:2:1: unknown key 'serail'; did you mean 'serial'?"),
        ("address: a\nfunction: [x]\n", "f:2:1: unknown key 'function'; did you mean 'functions'?"),
        ("colour: red\naddress: a\n", "f:1:1: unknown key 'colour'; the keys here are address, serial, functions"),
        ("address: a\nAddress: b\n", "f:2:1: unknown key 'Address'; the keys here are address, serial, functions"),
        ("address: a\n<<: {serial: 1}\n", "f:2:1: unknown key '<<'; the keys here are address, serial, functions"),
    ]) func `an unknown key is refused with the one probably meant`(text: String, expected: String) {
        #expect(refusalOfDevice(text) == expected)
    }

    @Test(arguments: [
        ("{}", "f:1:1: missing key 'address'"),
        ("serial: 1", "f:1:1: missing key 'address'"),
        ("serial: 1\nadress: a\n", "f:1:1: missing key 'address'; is 'adress' in line 2 meant to be it?"),
    ]) func `a missing key is refused at the mapping, pointing at a misspelling`(text: String, expected: String) {
        #expect(refusalOfDevice(text) == expected)
    }

    @Test(arguments: [
        ("address: a\nserial: x\n", "f:2:9: expected a whole number, found 'x'"),
        ("address: [a]\n", "f:1:10: expected text, found a list"),
        ("address:\nserial: 1\n", "f:1:9: expected text, found an empty value"),
        ("address: a\nserial:\n", "f:2:8: expected a whole number, found an empty value"),
        ("address: a\nfunctions: [x, {}]\n", "f:2:16: expected text, found a mapping"),
        ("[address]", "f:1:1: expected a mapping, found a list"),
        ("address", "f:1:1: expected a mapping, found 'address'"),
    ]) func `a value of the wrong kind is refused where it stands`(text: String, expected: String) {
        #expect(refusalOfDevice(text) == expected)
    }

    @Test func `the error of the reader comes before that of an unknown key`() {
        #expect(refusalOfDevice("unknown: 1\naddress: []\n") == "f:2:10: expected text, found a list")
    }

    @Test func `a contradiction can be reported at the mapping or at a value`() {
        let atMapping = refusal(of: "- {a: 1}") { node throws(YAMLError) in
            try node.list()[0].mapping { keys throws(YAMLError) in throw keys.error("a without b") }
        }
        #expect(atMapping == "f:1:3: a without b")
        let atValue = refusal(of: "- {a: 1}") { node throws(YAMLError) in
            try node.list()[0].mapping { keys throws(YAMLError) in throw try keys.required("a").error("a is odd") }
        }
        #expect(atValue == "f:1:7: a is odd")
    }

    @Test func `a key that was asked for twice is named once`() {
        let message = refusal(of: "colour: 1") { node throws(YAMLError) in
            try node.mapping { keys throws(YAMLError) in
                _ = keys.optional("a")
                _ = keys.optional("a")
            }
        }
        #expect(message == "f:1:1: unknown key 'colour'; the keys here are a")
    }
}

@Suite struct `YAML mapping named by its key` {
    private static func step(_ node: YAMLNode) throws(YAMLError) -> [String] {
        try node.mapping { keys throws(YAMLError) in
            let step = try keys.one(of: ["convert", "release", "advance"])
            return [step.name, try step.value.string(), try keys.optional("domain")?.string() ?? "-"]
        }
    }

    @Test func `the one key gives name and value, further keys are read as usual`() throws {
        #expect(try Self.step(try node("domain: web1\nconvert: 3b:00.0\n")) == ["convert", "3b:00.0", "web1"])
        #expect(try Self.step(try node("advance: 5s")) == ["advance", "5s", "-"])
    }

    @Test(arguments: [
        ("{}", "f:1:1: expected one of the keys convert, release, advance"),
        ("domain: web1", "f:1:1: expected one of the keys convert, release, advance"),
        ("domain: web1\nconvret: x\n", "f:2:1: unknown key 'convret'; did you mean 'convert'?"),
        ("release: x\nconvert: y\n", "f:2:1: 'convert' cannot stand beside 'release'"),
        ("release: x\ncolour: y\n", "f:2:1: unknown key 'colour'; the keys here are release, domain"),
    ]) func `none, two, or a misspelled one is refused`(text: String, expected: String) {
        #expect(refusal(of: text) { node throws(YAMLError) in _ = try Self.step(node) } == expected)
    }
}

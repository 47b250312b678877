import Foundation
import Testing

/// What people write.
@Suite struct `Bad input` {
    @Test(arguments: [
        ("nonsense", "parts"), ("0000:3b:00.8", "function"), ("0000:3b:20.0", "device"), ("0000:3b", "behind"),
        ("10000:3b:00.0", "segment"), ("0000:3b:00.1 ", "digits"), ("", "parts"),
    ])
    func `as an address is wrong usage that says what is wrong`(address: String, word: String) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.run("convert", address, "--domain", "web1")
            #expect(ended.status == 2)
            #expect(ended.err.contains(word), "\(ended.err)")
        }
    }

    @Test(arguments: [
        ["convert", Demo.vf], ["convert", "--domain", "web1"], ["release"], ["recover"], ["show"], ["plan", Demo.vf],
        ["nosuchverb"], ["list", "--nosuchoption"], ["list", "--output", "xml"], ["list", "--wait", "-1"],
        ["list", "--wait=-1"], ["list", "--wait", "soon"], ["list", "--wait", "inf"], ["routes", Demo.vf, "--t", "2"],
        ["routes", Demo.vf, "--address", "0xzz"], ["routes", Demo.vf, "--size", "0"], ["emulate", "advance", "-1"],
        ["graph", "nosuchmachine"], ["show", Demo.vf, Demo.vf], ["show", "nonsense"], ["history", "nonsense"],
    ])
    func `on the command line is wrong usage`(arguments: [String]) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.start(arguments).ended()
            #expect(ended.status == 2)
            #expect(ended.out.isEmpty && ended.err.contains("Usage:"), "\(ended.err)")
        }
    }

    @Test func `as a device or a domain that is not there names those that are`() async throws {
        try await Tool.with { tool in
            for command in [["show"], ["routes"], ["release"], ["recover"], ["plan", "--domain", "web1"]] {
                let ended = try await tool.start(command + ["0000:99:00.0"]).ended()
                #expect(ended.status == 4, "\(command)")
                #expect(ended.err.contains(Demo.vf))
            }
            let ended = try await tool.run("convert", Demo.vf, "--domain", "nobody")
            #expect(ended.status == 4 && ended.err.contains("web1"))
            #expect(try await tool.json("history").items.array.isEmpty)
        }
    }

    @Test func `on one of several devices changes none of them`() async throws {
        try await Tool.with { tool in
            let ended = try await tool.run("convert", Demo.vf, "0000:99:00.0", "--domain", "web1")
            #expect(ended.status == 4)
            #expect(try await tool.json("history").items.array.isEmpty)
        }
    }

    @Test(arguments: [
        ("version: 1\nname: x\nbridges: []\ndevices: []\ndomains: []\ncolour: red\n", "6:1", "colour"),
        ("version: 1\nname: x\nbridges: [{name: \"pci0000:3a\", ide-streams: many}]\ndevices: []\n", "3:45", "many"),
        ("version: 1\nname: x\nbridges: none\ndevices: []\ndomains: []\n", "3:10", "list"),
        ("version: 2\nname: x\nbridges: []\ndevices: []\ndomains: []\n", "1:10", "1"),
        ("name: x\nbridges: []\ndevices: []\ndomains: []\n", "1:1", "version"),
        ("version: 1\nname: [x\n", "3:1", "expected"),
        ("", "1:1", "no content"),
    ])
    func `in a topology is shown with file, line and column`(
        text: String, place: String, word: String
    ) async throws {
        try await Tool.withoutHost { tool in
            let path = try tool.write(text, to: "host.yaml")
            let ended = try await tool.json("list", "--topology", path)
            #expect(ended.status == 2)
            let message = try ended.items[0]["message"].string ?? ""
            #expect(message.hasPrefix("\(path):\(place): ") && message.contains(word), "\(message)")
            #expect(try await tool.run("emulate", "status").status == 8)
        }
    }

    @Test func `as a topology that is not there names the file`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.run("list", "--topology", "/nowhere/host.yaml")
            #expect(ended.status == 4)
            #expect(ended.err.contains("/nowhere/host.yaml"))
        }
    }

    @Test func `as another topology than that of the host that runs is refused`() async throws {
        try await Tool.with { tool in
            let path = try tool.write(Topologies.empty, to: "host.yaml")
            let ended = try await tool.run("list", "--topology", path)
            #expect(ended.status == 2 && ended.err.contains("demo"))
        }
    }
}

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
        ["routes", Demo.vf, "--t", "1"], ["routes", Demo.vf, "--write"], ["routes", Demo.vf, "--size", "64"],
        ["routes", Demo.vf, "--address", "0x1000000000000"],
        ["routes", Demo.vf, "--address", "0xffffffffffff", "--size", "2"],
        ["routes", Demo.vf, "--address", "0xffffffffffffffff"], ["routes", "--platform", "vax"],
        ["routes", "--platform", "sev-tio/both"], ["routes", "--platform", "tdx-connect/unified"],
        ["routes", "--platform", "all", "--address", "0"],
        ["routes", Demo.vf, "--svg", "--as-guest"], ["routes", "--platform", "all", "--as-guest"],
        ["graph", "nosuchmachine"], ["show", Demo.vf, Demo.vf],
        ["show", "nonsense"], ["history", "nonsense"],
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

    @Test(arguments: [
        ("version: 2\nname: x\nbridges: []\ndevices: []\n", "this program reads version 1, not 2"),
        (
            """
            version: 1
            name: x
            bridges: []
            devices: []
            domains: [{name: d, uuid: \(Demo.web1), tee: banana}]

            """, "expected one of sev-snp, tdx, cca, cove, none, found 'banana'"
        ),
    ])
    func `in a topology is answered with all that would do`(text: String, words: String) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.run("list", "--topology", try tool.write(text, to: "host.yaml"))
            #expect(ended.status == 2 && ended.err.contains(words), "\(ended.err)")
        }
    }

    @Test func `as a device that is named twice is the device once`() async throws {
        try await Tool.with { tool in
            let plans = try await tool.json("plan", Demo.vf, Demo.vf, "--domain", "web1")
            #expect(try plans.items.array.count == 1)
            let ended = try await tool.json("convert", Demo.vf, "3b:00.1", Demo.vf, "--domain", "web1")
            #expect(try ended.status == 0 && ended.items.array.count == 1)
        }
    }

    @Test func `as a device without a history is one that nobody has ever seen`() async throws {
        try await Tool.with { tool in
            let unknown = try await tool.json("history", "0000:99:00.0")
            #expect(try unknown.status == 4 && unknown.items[0]["message"].string?.contains("0000:99:00.0") == true)
            // Nothing has happened to this one yet.
            #expect(try await tool.json("history", Demo.nvme).items.array.isEmpty)
            try await tool.convert()
            try await tool.succeed("emulate", "stop")
            #expect(try await !tool.withoutTopology.json("history", Demo.vf).items.array.isEmpty)
            #expect(try await tool.withoutTopology.run("history", Demo.nvme).status == 4)
        }
    }

    @Test func `as another libvirt than that of the host that runs is refused`() async throws {
        try await Tool.with { tool in
            let other = try await tool.run("list", "--connect", "test:///default")
            #expect(other.status == 2 && other.err.contains("domains.xml"), "\(other.err)")
            let own = try await tool.json("emulate", "status").items[0]["libvirt"].string ?? ""
            try await tool.succeed("list", "--connect", own)
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

import Assignment
import Foundation
import Testing

/// What scripts read.
@Suite struct `Output` {
    /// Every call that prints JSON, on a host with one converted device, and the kind that it prints.
    static let calls: [(kind: String, arguments: [String])] = [
        ("WatchLine", ["watch", "--once"]),
        ("DeviceList", ["list"]),
        ("Device", ["show", Demo.vf]),
        ("Device", ["show", Demo.vf, "--messages", "3"]),
        ("PlanList", ["plan", Demo.nvme, "--domain", "web1"]),
        ("PlanList", ["convert", Demo.nvme, "--domain", "web1", "--plan"]),
        ("PlanList", ["release", Demo.vf, "--plan"]),
        ("RouteList", ["routes", Demo.vf]),
        ("Route", ["routes", Demo.vf, "--address", "0x200000", "--t", "1"]),
        ("Route", ["routes", Demo.vf, "--address", "4096", "--t", "0", "--write", "--as-guest"]),
        ("CheckList", ["check", "--profile", "trusted-only", "--faults", "0", "--no-crashes", "--no-conversions"]),
        ("PlatformList", ["routes", "--platform", "all"]), ("CutList", ["doctor", "--cuts"]),
        ("HistoryList", ["history"]),
        ("HistoryList", ["history", Demo.vf, "--limit", "2"]),
        ("HistoryVerdict", ["history", "--verify"]),
        ("DoctorReport", ["doctor"]),
        ("RuleList", ["doctor", "--rules"]),
        ("EmulatedHost", ["emulate", "start"]),
        ("EmulatedHost", ["emulate", "status"]),
        ("InjectedFault", ["emulate", "inject", "{message: STOP_INTERFACE, occurrence: 100, drop: response}"]),
        ("OperationList", ["convert", Demo.vf, "--domain", "web1"]),
        ("OperationList", ["recover", Demo.vf, "--anyway"]),
        ("OperationList", ["release", Demo.vf]),
        ("OperationList", ["convert", Demo.nvme, "--domain", "web1", "--convert-again"]),
        ("Disconnection", ["disconnect", Demo.vf]),
        ("ReplayList", ["replay", Project.path + "/Scenarios/convert/from-host.yaml"]),
        ("SweepList", ["replay", "--sweep", "--sample", "4", Project.path + "/Scenarios/convert/from-host.yaml"]),
    ]

    /// Calls that print JSON about the device at an endpoint.
    static let conversations: [(kind: String, arguments: [String])] = [
        ("ForeignDevice", ["attest", Demo.pf]), ("ForeignDevice", ["convert", Demo.pf]),
    ]

    /// Verbs without results: with JSON, too, they are silent; and one whose result is a scenario, whatever is asked for.
    static let silent = ["emulate advance", "emulate stop", "emulate serve", "record"]

    /// Calls that do not work, and the exit code that is also in their JSON.
    static let failures: [(status: Int, arguments: [String])] = [
        (4, ["show", "0000:99:00.0"]), (4, ["convert", Demo.vf, "--domain", "nobody"]),
        (4, ["routes", "0000:99:00.0"]), (4, ["show", Demo.vf, "--domain-xml"]),
        (4, ["list", "--topology", "/nowhere.yaml", "--state-dir", "/tmp/tdispctl-nowhere"]),
        (2, ["list", "--topology", "/etc/passwd", "--state-dir", "/tmp/tdispctl-nowhere"]),
        (8, ["emulate", "status", "--state-dir", "/tmp/tdispctl-nowhere"]),
        (2, ["show", "nonsense"]), (2, ["convert", Demo.vf]), (2, ["list", "--wait", "soon"]),
    ]

    @Test func `as JSON is tried with every verb that offers it`() async throws {
        try await Tool.withoutHost { tool in
            let help = try await tool.run("--experimental-dump-help").json
            let offering = Self.verbs(in: help["command"], []).filter { !Self.silent.contains($0) }
            let calls = Self.calls + Self.conversations
            let tried = calls.map { call in offering.first { call.arguments.joined(separator: " ").hasPrefix($0) } }
            #expect(Set(tried) == Set(offering.map { Optional($0) }))
            #expect(Set(calls.map(\.kind) + ["Error"]) == (try JSONSchema.published().kinds))
        }
    }

    /// The verbs that have `--output`.
    private static func verbs(in command: JSONValue, _ path: [String]) -> [String] {
        let subcommands = command["subcommands"].array.flatMap { subcommand in
            verbs(in: subcommand, path + [subcommand["commandName"].string ?? ""])
        }
        let isOffering = command["arguments"].array.contains { $0["names"].array.contains { $0["name"] == "output" } }
        return isOffering ? [path.joined(separator: " ")] + subcommands : subcommands
    }

    @Test func `as JSON parses, and is what the published schema says, for every verb`() async throws {
        let schema = try JSONSchema.published()
        try await Tool.with { tool in
            try await tool.convert()
            for (kind, arguments) in Self.calls {
                let ended = try await tool.start(arguments + ["--output", "json"]).ended()
                #expect(ended.status == 0, "\(arguments): \(ended.err)")
                let json = try #require(try? ended.json, "\(arguments): \(ended.out)")
                #expect(json["apiVersion"] == "tdispctl/v1" && json["kind"] == .string(kind), "\(arguments)")
                #expect(!json["items"].array.isEmpty, "\(arguments)")
                #expect(schema.faults(of: json) == [], "\(arguments)")
            }
        }
    }

    @Test func `of all platforms is what the documentation has`() async throws {
        let page = try String(contentsOfFile: Project.path + "/Docs/Platforms.md", encoding: .utf8)
        let printed = try await Tool.withoutHost { tool in
            try await tool.succeed("routes", "--platform", "all").out
        }
        #expect(page.contains("<!-- platforms -->\n```\n\(printed)```\n<!-- /platforms -->"))
    }

    @Test func `of every reason of quarantine the runbook says what to do`() throws {
        let page = try String(contentsOfFile: Project.path + "/Docs/Runbook.md", encoding: .utf8)
        let rows = Set(page.split(separator: "\n").compactMap { $0.wholeMatch(of: /\| `([a-z-]+)` \|.+\|.+\|/)?.1 })
        #expect(rows == Set(QuarantineReason.allCases.map { Substring($0.rawValue) }))
    }

    @Test func `about the device at an endpoint is one object that the schema knows, also when it is refused`()
        async throws
    {
        let schema = try JSONSchema.published()
        try await Tool.withoutHost { tool in
            try await tool.serving { served in
                for (kind, arguments) in Self.conversations {
                    for (trust, status) in [(["--trust", served.trust], Int32(0)), ([], 6)] {
                        let call = arguments + ["--endpoint", served.endpoint, "--output", "json"] + trust
                        let ended = try await tool.start(call).ended()
                        #expect(ended.status == status, "\(call): \(ended.err)")
                        let json = try #require(try? ended.json, "\(call): \(ended.out)")
                        #expect(schema.faults(of: json) == [], "\(call)")
                        #expect(json["kind"] == .string(kind) && json["items"].array.count == 1, "\(call)")
                        #expect(json["items"][0]["identity"]["serial"] == "ACC-0001", "\(call)")
                        #expect((json["items"][0]["conclusion"] == .null) == (status != 0), "\(call)")
                        #expect((json["items"][0]["error"]["code"].number ?? 0) == Double(status), "\(call)")
                    }
                }
            }
        }
    }

    @Test func `that cannot be written is a failure`() async throws {
        try await Tool.with { tool in
            for verb in ["list", "--version", "--help", "show \(Demo.vf) --output json", "doctor --rules"] {
                let ended = try await tool.shell("\"$TDISPCTL\" \(verb) >/dev/full")
                #expect(ended.status == 1, "\(verb)")
                #expect(ended.err.contains("no space left on device"), "\(verb): \(ended.err)")
            }
            // What was wrong before counts for more.
            #expect(try await tool.shell("\"$TDISPCTL\" show 0000:99:00.0 --output json >/dev/full").status == 4)
        }
    }

    @Test func `of a failure is JSON, too, with the exit code in it`() async throws {
        let schema = try JSONSchema.published()
        try await Tool.with { tool in
            for (status, arguments) in Self.failures {
                let ended = try await tool.start(arguments + ["--output", "json"]).ended()
                #expect(ended.status == Int32(status), "\(arguments)")
                let json = try #require(try? ended.json, "\(arguments): \(ended.out)")
                #expect(json["kind"] == "Error" && json["items"][0]["code"] == .number(Double(status)), "\(arguments)")
                #expect(schema.faults(of: json) == [], "\(arguments)")
            }
        }
    }

    @Test func `of an operation that fails on some devices is one object with all of them`() async throws {
        let schema = try JSONSchema.published()
        try await Tool.with { tool in
            let ended = try await tool.json("convert", Demo.vf, Demo.network, "--domain", "web1")
            #expect(ended.status == 7)
            let json = try #require(try? ended.json, "\(ended.out)")
            #expect(schema.faults(of: json) == [])
            let text = ended.out
            #expect(text.contains(Demo.vf) && text.contains(Demo.network))
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "private")
        }
    }

    @Test func `of a plan that cannot begin is the plan, with the obstacle in it`() async throws {
        let schema = try JSONSchema.published()
        try await Tool.with { tool in
            let ended = try await tool.json("plan", Demo.network, "--domain", "web1")
            #expect(ended.status == 7)
            let json = try #require(try? ended.json, "\(ended.out)")
            #expect(schema.faults(of: json) == [])
            #expect(json["items"][0]["outcome"] == "blocked" && json["items"][0]["error"]["code"] == 7)
        }
    }

    @Test func `of an empty list is success`() async throws {
        try await Tool.with(topology: Topologies.empty) { tool in
            let listed = try await tool.json("list")
            #expect(listed.status == 0)
            #expect(try listed.items.array.isEmpty)
            #expect(try await tool.run("list").status == 0)
            let history = try await tool.json("history")
            #expect(history.status == 0)
            #expect(try history.items.array.isEmpty)
        }
    }

    @Test func `to a reader that went away is no crash`() async throws {
        try await Tool.with { tool in
            for verb in ["list", "--help", "doctor --rules --output json"] {
                let ended = try await tool.shell("$TDISPCTL \(verb) | true; exit ${PIPESTATUS[0]}")
                #expect(ended.status == 0, "\(verb): \(ended.err)")
            }
            let ended = try await tool.shell(
                "$TDISPCTL convert \(Demo.vf) --domain web1 2>&1 >/dev/null | head -n 1; exit ${PIPESTATUS[0]}")
            #expect(ended.status == 0)
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "private")
        }
    }

    @Test func `to a standard output that was closed beforehand is an error, as nobody can have it`() async throws {
        try await Tool.with { tool in
            for verb in ["list", "--help", "doctor --rules --output json", "--version"] {
                let closed = try await tool.shell("$TDISPCTL \(verb) >&-")
                #expect(closed.status == 1, "\(verb): \(closed.err)")
                #expect(closed.err.contains("standard output: it is closed"), "\(verb): \(closed.err)")
            }
            let converted = try await tool.shell("$TDISPCTL convert \(Demo.vf) --domain web1 --quiet >&-")
            #expect(converted.status == 1)
            #expect(try tool.recordedPhase(of: Demo.vf) == .private)
        }
    }

    @Test func `of progress in a pipe is plain lines on standard error, one for each step`() async throws {
        try await Tool.with { tool in
            let ended = try await tool.succeed("convert", Demo.vf, "--domain", "web1")
            #expect(!ended.err.contains("\u{1B}") && !ended.err.contains("\r"))
            let lines = ended.err.split(separator: "\n")
            #expect(lines.count >= `A manager killed with -9`.conversion.count)
            #expect(lines.contains { $0.contains("LOCK_INTERFACE") && $0.contains("ok") })
            #expect(!ended.out.contains("LOCK_INTERFACE"))
            let quiet = try await tool.succeed("release", Demo.vf, "--quiet")
            #expect(quiet.err.isEmpty)
        }
    }

    @Test func `of help and version is success`() async throws {
        try await Tool.withoutHost { tool in
            for arguments in [
                ["--help"], ["--version"], ["help"], ["convert", "--help"], ["emulate", "--help"], ["emulate"],
            ] {
                let ended = try await tool.start(arguments).ended()
                #expect(ended.status == 0 && !ended.out.isEmpty && ended.err.isEmpty, "\(arguments)")
            }
        }
    }
}

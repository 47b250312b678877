import Assignment
import Foundation
import Testing

/// `tdispctl watch`, beside a host on which things go wrong.
@Suite struct `Watching` {
    /// The lines that say an event, of a watch that prints JSON.
    private static func lines(_ out: String, _ event: String? = nil) throws -> [JSONValue] {
        try out.split(separator: "\n").map { try JSONValue(parsing: String($0))["items"][0] }
            .filter { event == nil || $0["event"].string == event }
    }

    private static func watch(_ tool: Tool, _ options: String...) async throws -> Running {
        let running = try tool.start(["watch", "--interval", "0.05", "--output", "json"] + options)
        try await eventually { running.out.contains("\"watching\"") }
        return running
    }

    private static func inject(_ event: String, _ tool: Tool) async throws {
        try await tool.succeed("emulate", "inject", event)
    }

    @Test func `a link that is lost is cut at once and brought home, and the device rests as it was ordered`()
        async throws
    {
        let schema = try JSONSchema.published()
        try await Tool.with { tool in
            try await tool.convert()
            let running = try await Self.watch(tool)
            try await Self.inject("{link-down: 0000:3b:00.0}", tool)
            try await eventually { try tool.recordedPhase(of: Demo.vf) == .attached }
            try await eventually { running.out.contains("\"resting\"") }
            running.signal(SIGINT)
            let ended = try await running.ended()
            #expect(ended.status == 0, "\(ended.err)")
            let events = try Self.lines(ended.out).compactMap { $0["event"].string }
            let cut = try #require(events.firstIndex(of: "cut"))
            let started = try #require(events.firstIndex(of: "started"))
            #expect(cut < started)
            for line in ended.out.split(separator: "\n") {
                let json = try JSONValue(parsing: String(line))
                #expect(schema.faults(of: json) == [])
            }
            try await tool.expectSoundness()
        }
    }

    @Test func `a reader that does not read holds up neither the cut nor the way home`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let reader = try StalledReader()
            let running = try tool.start(["watch", "--interval", "0.05"], reader: reader.handle)
            try await eventually { running.hasOpen("journal.sqlite") }
            try await Self.inject("{link-down: 0000:3b:00.0}", tool)
            try await eventually { try tool.recordedPhase(of: Demo.vf) == .attached }
            running.signal(SIGKILL)
            #expect(try await running.ended().signal == SIGKILL)
            try await tool.expectSoundness()
        }
    }

    @Test func `what only the device knows comes out when it is asked`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let running = try await Self.watch(tool)
            try await Self.inject("{poisoned-data: \(Demo.vf)}", tool)
            try await eventually { try tool.recordedPhase(of: Demo.vf) == .attached }
            running.signal(SIGTERM)
            #expect(try await running.ended().status == 0)
            #expect(try await tool.traces(of: Demo.vf).state == "CONFIG_UNLOCKED")
            try await tool.expectSoundness()
        }
    }

    @Test(
        arguments: [
            (Moment.before(.probePrivate), "{stream-disabled: 0000:3b:00.0}"),
            (.before(.probePrivate), "{poisoned-data: \(Demo.vf)}"),
            (.after(.accept), "{stream-disabled: 0000:3b:00.0}"),
        ])
    func `a device whose manager died before it had proven private DMA is cut and brought home`(
        left: Moment, by event: String
    ) async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                try await relay.kill(["convert", Demo.vf, "--domain", "web1"], at: left, of: tool)
            }
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
            let running = try await Self.watch(tool)
            #expect(try Self.lines(running.out, "watching").first?["text"].string?.hasPrefix("1 device") == true)
            try await Self.inject(event, tool)
            try await eventually { try tool.recordedPhase(of: Demo.vf) == .available }
            running.signal(SIGINT)
            let ended = try await running.ended()
            #expect(ended.status == 0, "\(ended.err)")
            #expect(try Self.lines(ended.out, "cut").first?["outcome"] == "ok", "\(ended.out)")
            try await tool.expectSoundness()
        }
    }

    @Test func `ends when it is told to, and leaves devices in private operation`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let running = try await Self.watch(tool, "--interval", "3600")
            running.signal(SIGTERM)
            #expect(try await running.ended().status == 0)
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "private")
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
        }
    }

    @Test func `another manager holds up the way home, and not the cut`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await Relay.between(tool) { relay in
                let running = try await Self.watch(tool, "--wait", "0.1")
                let other = try await relay.hold(
                    ["convert", Demo.nvme, "--domain", "web1"], at: .after(.lock), of: tool)
                try await Self.inject("{link-down: 0000:3b:00.0}", tool)
                try await eventually { running.out.contains("\"waiting\"") }
                #expect(try Self.lines(running.out, "cut").map { $0["outcome"] } == ["ok"])
                #expect(try tool.recordedPhase(of: Demo.vf) == .private)
                await relay.letGo()
                #expect(try await other.ended().status == 0)
                try await eventually { try tool.recordedPhase(of: Demo.vf) == .attached }
                running.signal(SIGINT)
                #expect(try await running.ended().status == 0)
            }
            #expect(try tool.recordedPhase(of: Demo.nvme) == .private)
            try await tool.expectSoundness()
        }
    }

    @Test func `a cut that fails is followed by the next rank while another manager holds the state directory`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try await Relay.between(tool) { relay in
                let running = try await Self.watch(tool, "--wait", "0.1")
                try await Self.inject("{effect: cut, of: \(Demo.vf), fail: other}", tool)
                let other = try await relay.hold(
                    ["convert", Demo.nvme, "--domain", "web1"], at: .after(.lock), of: tool)
                try await Self.inject("{signal: \(Demo.vf), kind: fatal-errors, at: device}", tool)
                try await eventually { running.out.contains("\"waiting\"") }
                let cuts = try Self.lines(running.out, "cut")
                #expect(cuts.map { $0["rank"] } == [1, 2] && cuts.map { $0["outcome"] } == ["FAILED", "ok"])
                #expect(cuts.first?["text"].string?.contains("FAILED") == true)
                let routes = try await tool.json("routes", Demo.vf)
                #expect(try routes.items[1]["t"] == 1 && routes.items[1]["reaches"].array.isEmpty, "\(routes.out)")
                await relay.letGo()
                #expect(try await other.ended().status == 0)
                try await eventually { try tool.recordedPhase(of: Demo.vf) == .attached }
                running.signal(SIGINT)
                #expect(try await running.ended().status == 0)
            }
            try await tool.expectSoundness()
        }
    }

    @Test func `a device that no cut of the platform stops is told to be not cut, and what to do`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await Relay.between(tool) { relay in
                let running = try await Self.watch(tool, "--wait", "0.1")
                for occurrence in 1...3 {
                    try await Self.inject(
                        "{effect: cut, of: \(Demo.vf), occurrence: \(occurrence), fail: other}", tool)
                }
                let other = try await relay.hold(
                    ["convert", Demo.nvme, "--domain", "web1"], at: .after(.lock), of: tool)
                try await Self.inject("{signal: \(Demo.vf), kind: fatal-errors, at: device}", tool)
                try await eventually { running.out.contains("\"waiting\"") }
                running.signal(SIGINT)
                let ended = try await running.ended()
                #expect(try Self.lines(ended.out, "cut").map { $0["outcome"] } == ["FAILED", "FAILED", "FAILED"])
                let undone = try Self.lines(ended.out, "undone").first?["text"].string ?? ""
                #expect(undone.contains("T=1 IS NOT CUT") && undone.contains("stop its domain"), "\(ended.out)")
                await relay.letGo()
                #expect(try await other.ended().status == 0)
            }
        }
    }

    @Test func `the history has the cause of a fall, its signals, and no manager that restarted`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await Self.inject("{link-down: 0000:3b:00.0}", tool)
            #expect(try await tool.run("watch", "--once").status == 0)
            let history = try await tool.succeed("history", Demo.vf).out
            #expect(history.contains("the IDE stream left Secure; private -> failed"), "\(history)")
            #expect(history.contains("failed: 1 x stream-insecure at root-port (100)"), "\(history)")
            #expect(!history.contains("restarted") && !history.contains("session ended"), "\(history)")
        }
    }

    @Test func `between two failures others can work in the state directory`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let running = try await Self.watch(tool)
            try await tool.succeed("convert", Demo.nvme, "--domain", "web1", "--wait", "0")
            try await eventually { running.out.contains("2 devices") }
            running.signal(SIGINT)
            #expect(try await running.ended().status == 0)
        }
    }

    @Test func `a weak signal makes a device suspect: shown, listed, in the history, and asked for`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await Self.inject("{signal: \(Demo.vf), kind: ide-check, at: root-port}", tool)
            let watched = try await tool.json("watch", "--once")
            #expect(watched.status == 0, "\(watched.err)")
            #expect(try Self.lines(watched.out, "signal").map { $0["points"] } == [60])
            let shown = try await tool.succeed("show", Demo.vf).out
            #expect(shown.contains("suspicion  suspect, 60 of 100 points"), "\(shown)")
            #expect(shown.contains("1 x ide-check at root-port, 60 points"), "\(shown)")
            let listed = try await tool.listed(Demo.vf)
            #expect(listed["note"].string?.hasPrefix("suspect") == true)
            #expect(listed["recorded"]["suspicion"]["signals"][0]["kind"] == "ide-check")
            #expect(try await tool.succeed("history", Demo.vf).out.contains("suspect: 1 x ide-check at root-port (60)"))
            #expect(try await tool.traces(of: Demo.vf).state == "RUN")
        }
    }

    @Test func `told only to tell, it changes nothing, and a single look says with its exit code what it saw`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try await Self.inject("{link-down: 0000:3b:00.0}", tool)
            let told = try await tool.json("watch", "--once", "--no-recover")
            #expect(told.status == 1)
            #expect(try tool.recordedPhase(of: Demo.vf) == .private)
            let done = try await tool.json("watch", "--once")
            #expect(done.status == 0, "\(done.out)")
            #expect(try tool.recordedPhase(of: Demo.vf) == .attached)
        }
    }

    @Test func `names that do not exist are not watched`() async throws {
        try await Tool.with { tool in
            let unknown = try await tool.run("watch", "0000:99:00.0", "--once")
            let restless = try await tool.run("watch", "--interval", "0")
            #expect(unknown.status == 4 && restless.status == 2)
        }
    }
}

import Assignment
import Testing

/// `record`, and a replay of what it prints.
@Suite struct `A recorded run` {
    /// Records, and replays what was recorded: it has to pass. Gives the recording.
    private func recorded(_ tool: Tool, _ arguments: String...) async throws -> String {
        let recorded = try await tool.start(["record"] + arguments).ended()
        #expect(recorded.status == 0, "\(recorded.err)")
        let file = try tool.write(recorded.out, to: "run.yaml")
        let replayed = try await tool.run("replay", file)
        #expect(replayed.status == 0, "\(replayed.out)\n\(recorded.out)")
        return recorded.out
    }

    @Test func `with a device that fell and one whose lock failed replays as it was`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("emulate", "inject", "{poisoned-data: accelerator/vf0}")
            try await tool.succeed("recover", Demo.vf)
            try await tool.succeed("convert", Demo.nvme, "--domain", "web1")
            try await tool.succeed("emulate", "inject", "{effect: lock, fail: device-refused}")
            #expect(try await tool.run("convert", Demo.vf, "--domain", "web1").status == 1)
            try await tool.succeed("release", Demo.vf)
            let all = try await recorded(tool)
            #expect(all.contains("- event: {poisoned-data: accelerator/vf0}"))
            #expect(all.contains("- inject: {effect: lock, of: accelerator/vf0, fail: device-refused}"))
            #expect(all.contains("nvme: {phase: private, owner: web1}"))
            let one = try await recorded(tool, Demo.nvme)
            #expect(!one.contains("accelerator"))
            let last = try await recorded(tool, Demo.vf, "--last", "1")
            #expect(last.contains("- release: accelerator/vf0\n    to: attached\n  - release: accelerator/vf0"))
        }
    }

    @Test(arguments: [Moment.before(.lock), .after(.lock), .after(.accept), .before(.attach)])
    func `of a manager that was killed replays with a crash and a restart`(_ moment: Moment) async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                try await relay.kill(["convert", Demo.vf, "--domain", "web1"], at: moment, of: tool)
            }
            try await tool.succeed("recover", Demo.vf)
            let text = try await recorded(tool)
            #expect(text.contains("    crash-"))
            #expect(text.contains("- restart: accelerator/vf0"))
        }
    }

    @Test func `of a device that a watcher brought home and converted again replays as it was`() async throws {
        try await Tool.with { tool in
            try await tool.succeed("convert", Demo.vf, "--domain", "web1", "--convert-again")
            try await tool.succeed("emulate", "inject", "{link-down: 0000:3b:00.0}")
            try await tool.succeed("watch", "--once")
            #expect(try tool.recordedPhase(of: Demo.vf) == .private)
            let text = try await recorded(tool)
            #expect(text.contains("- event: {link-down: accelerator}"), "\(text)")
        }
    }

    @Test func `of nothing is refused, and so is one of an unknown count`() async throws {
        try await Tool.with { tool in
            let nothing = try await tool.run("record")
            #expect(nothing.status == 4)
            #expect(nothing.err.contains("nothing is recorded of any device"))
            #expect(try await tool.run("record", "--last", "0").status == 2)
        }
    }

    @Test func `that fails shrinks to what fails`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("release", Demo.vf, "--keep")
            let text = try await tool.succeed("record").out.replacing("phase: attached", with: "phase: private")
            let file = try tool.write(text, to: "failing.yaml")
            #expect(try await tool.run("replay", file).status == 1)
            let smaller = try await tool.run("replay", "--minimize", file)
            #expect(smaller.status == 0)
            #expect(smaller.err.contains("it fails as before: phase: expected private, saw attached"))
            #expect(try await tool.run("replay", try tool.write(smaller.out, to: "smaller.yaml")).status == 1)
            #expect(smaller.out.count < text.count)
            let passing = try tool.write(try await tool.succeed("record").out, to: "passing.yaml")
            let refused = try await tool.run("replay", "--minimize", passing)
            #expect(refused.status == 2)
            #expect(refused.err.contains("does not fail"))
        }
    }
}

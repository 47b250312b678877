import Assignment
import Foundation
import Testing

/// One state directory has one manager that changes it; everybody may look.
@Suite struct `Two managers` {
    static let convert = ["convert", Demo.vf, "--domain", "web1"]

    @Test func `at once: the second says who holds the state directory`() async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                let first = try await relay.hold(Self.convert, at: .after(.lock), of: tool)
                let second = try await tool.json("convert", Demo.nvme, "--domain", "web1", "--wait", "0")
                #expect(second.status == 5)
                let message = try second.items[0]["message"].string ?? ""
                #expect(message.contains("pid \(first.pid)") && message.contains("convert"), "\(message)")
                await relay.letGo()
                #expect(try await first.ended().status == 0)
                #expect(try await tool.listed(Demo.nvme)["recorded"]["phase"] == "available")
            }
        }
    }

    @Test func `at once: the second waits as long as it is told to, and then does its work`() async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                let first = try await relay.hold(Self.convert, at: .after(.lock), of: tool)
                let second = try tool.start(["convert", Demo.nvme, "--domain", "web1", "--wait", "50"])
                // It has opened the lock's file, so that it stands in line, or will at once.
                try await eventually { second.hasOpen("manager.lock") }
                await relay.letGo()
                #expect(try await first.ended().status == 0)
                #expect(try await second.ended().status == 0)
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `at once, the first is killed: the second gets its turn and settles what the first left`() async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                let first = try await relay.hold(Self.convert, at: .after(.lock), of: tool)
                let second = try tool.start(["convert", Demo.nvme, "--domain", "web1", "--wait", "50"])
                try await eventually { second.hasOpen("manager.lock") }
                first.signal(SIGKILL)
                #expect(try await second.ended().status == 0)
                await relay.letGo(isLost: true)
                #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "available")
                #expect(try await tool.listed(Demo.nvme)["recorded"]["phase"] == "private")
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `at once: who only looks does not wait`() async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                let first = try await relay.hold(Self.convert, at: .after(.lock), of: tool)
                #expect(try await tool.listed(Demo.vf)["recorded"]["pending"] == "lock")
                for looks in [
                    ["show", Demo.vf], ["routes", Demo.vf], ["history", "--verify"],
                    ["plan", Demo.nvme, "--domain", "web1"], ["emulate", "status"],
                ] {
                    #expect(try await tool.start(looks).ended().status == 0, "\(looks)")
                }
                await relay.letGo()
                #expect(try await first.ended().status == 0)
            }
        }
    }

    @Test func `in directories of their own have nothing to do with each other`() async throws {
        try await Tool.with { tool in
            let other = tool.with("TDISPCTL_STATE_DIR", tool.scratch + "/other")
            let (one, two) = (try tool.start(Self.convert), try other.start(Self.convert))
            #expect(try await one.ended().status == 0)
            #expect(try await two.ended().status == 0)
        }
    }
}

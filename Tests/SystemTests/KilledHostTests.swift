import Assignment
import Emulator
import EmulatorProcess
import Foundation
import PCIe
import Testing

/// Kill -9 of the emulated host: its devices and domains are gone, and the journal speaks of what no longer is.
@Suite struct `An emulated host killed with -9` {
    @Test(arguments: [
        (EffectName.attach, EffectFault.Action.crashBefore), (.dropMappings, .crashAfter), (.lock, .crashBefore),
        (.accept, .crashAfter),
    ])
    func `in mid-conversion is said and recorded, and on a new host the device finds its way home`(
        at effect: EffectName, _ crash: EffectFault.Action
    ) async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await tool.host.inject(.effect(EffectFault(.assignment(effect), crash)))
            let ended = try await tool.json("convert", Demo.vf, "--domain", "web1")
            // No cut can be confirmed on a host that is gone.
            #expect(ended.status == 9, "\(ended.err)")
            #expect(ended.out.contains("cut-unconfirmed") && ended.out.contains("does not answer"))
            let history = try await tool.json("history", Demo.vf).items.array
            #expect(history.contains { $0["text"].string?.contains("does not answer") == true })

            // The next call starts a new host, whose device knows nothing of all this.
            #expect(try await tool.listed(Demo.vf)["note"].string?.hasPrefix("cut-unconfirmed") == true)
            let recovered = try await tool.json("recover", Demo.vf, "--from-quarantine", "looked at")
            #expect(recovered.status == 0, "\(recovered.err)")
            #expect(try recovered.items[0]["phase"] == "available")
            #expect(try await tool.traces(of: Demo.vf) == found)
            try await tool.expectSoundness()
            try await tool.convert()
        }
    }

    @Test func `at rest cannot be reached, and nothing starts another one unasked`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            kill(try await tool.host.hello().process, SIGKILL)
            for command in [["list"], ["show", Demo.vf], ["release", Demo.vf], ["emulate", "status"]] {
                #expect(try await tool.withoutTopology.start(command).ended().status == 8, "\(command)")
            }
            #expect(try await tool.withoutTopology.run("history", Demo.vf).out.contains("private"))
        }
    }

    @Test func `at rest leaves a record of private operation that the new host's device denies: convert starts over`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            kill(try await tool.host.hello().process, SIGKILL)
            let listed = try await tool.listed(Demo.vf)
            #expect(listed["recorded"]["phase"] == "private")
            #expect(listed["confirmed"]["connected"] == false)
            #expect(listed["note"].string?.contains("recover") == true)

            let again = try await tool.json("convert", Demo.vf, "--domain", "web1")
            #expect(again.status == 0, "\(again.err)")
            #expect(try again.items[0]["phase"] == "private" && again.items[0]["epoch"] == 2)
            #expect(try await tool.listed(Demo.vf)["confirmed"]["state"] == "RUN")
            try await tool.expectSoundness()
        }
    }

    @Test func `at rest leaves a record of private operation that a recovery leads home`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await tool.convert()
            kill(try await tool.host.hello().process, SIGKILL)
            let ended = try await tool.json("recover", Demo.vf)
            #expect(ended.status == 0, "\(ended.err)")
            #expect(try ended.items[0]["phase"] == "available")
            #expect(try await tool.traces(of: Demo.vf) == found)
        }
    }

    @Test func `starts anew in the place of the dead one's socket`() async throws {
        try await Tool.with { tool in
            let first = try await tool.host.hello().process
            kill(first, SIGKILL)
            try await tool.succeed("emulate", "start")
            #expect(try await tool.host.hello().process != first)
        }
    }
}

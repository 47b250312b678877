import Assignment
import Emulator
import EmulatorProcess
import PCIe
import Testing

/// What stands in the way of a conversion: refused before anything is done, or brought home when it shows on the way.
@Suite struct `A conversion is refused` {
    @Test(arguments: [
        (Demo.vf, "off1", Int32(6), "run"), (Demo.vf, "plain1", 7, "confidential"), (Demo.network, "web1", 7, "TEE-IO"),
    ])
    func `for a domain or a device that cannot have it, and nothing changes`(
        device: String, domain: String, status: Int32, word: String
    ) async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: device)
            let ended = try await tool.run("convert", device, "--domain", domain)
            #expect(ended.status == status)
            #expect(ended.err.contains(word), "\(ended.err)")
            let plan = try await tool.run("plan", device, "--domain", domain)
            #expect(plan.status == status)
            #expect(!plan.out.contains("effects, in order") && !plan.out.contains("then it is"), "\(plan.out)")
            #expect(try await tool.traces(of: device) == found)
            #expect(try await tool.json("history").items.array.isEmpty)
        }
    }

    @Test func `for a device that another domain owns, by the rule of one owner`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let ended = try await tool.run("convert", Demo.vf, "--domain", "db1")
            #expect(ended.status == 5)
            #expect(ended.err.contains("one-owner") && ended.err.contains("web1"))
            try await tool.succeed("release", Demo.vf)
            try await tool.succeed("convert", Demo.vf, "--domain", "db1")
        }
    }

    @Test func `where no IDE stream is left, until one is`() async throws {
        try await Tool.with(topology: Topologies.oneStream) { tool in
            let (first, second) = ("0000:3b:00.0", "0000:3c:00.0")
            try await tool.succeed("convert", first, "--domain", "web1")
            let refused = try await tool.run("convert", second, "--domain", "web1")
            #expect([5, 7].contains(refused.status))
            #expect(refused.err.contains("stream"))
            #expect(try await tool.listed(second)["recorded"]["phase"] == "available")
        }
    }

    @Test func `where the guest does not trust who made the device, by its verdict`() async throws {
        try await Tool.with(topology: Topologies.foreignRoot) { tool in
            let found = try await tool.traces(of: "0000:3b:00.0")
            let ended = try await tool.json("convert", "0000:3b:00.0", "--domain", "web1")
            #expect(ended.status == 6, "\(ended.err)")
            #expect(try ended.items[0]["phase"] == "available" && ended.items[0]["error"]["step"] == "appraise")
            #expect(try await tool.traces(of: "0000:3b:00.0") == found)
            try await tool.expectSoundness()
        }
    }

    @Test func `where the host's driver does not let go`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            let vf = try FunctionAddress(parsing: Demo.vf)
            try await tool.host.inject(.effect(EffectFault(.assignment(.releaseHostDriver), of: vf, .fail(.busy))))
            let ended = try await tool.json("convert", Demo.vf, "--domain", "web1")
            #expect(ended.status == 5)
            #expect(try ended.items[0]["error"]["step"] == "release-host-driver")
            #expect(try await tool.traces(of: Demo.vf) == found)
        }
    }

    @Test func `where the guest's driver does not let go: the device stays with the guest`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("release", Demo.vf, "--keep")
            let attached = try await tool.traces(of: Demo.vf)
            try await tool.host.inject(.effect(EffectFault(.assignment(.unbindGuestDriver), .fail(.busy))))
            let ended = try await tool.json("convert", Demo.vf, "--domain", "web1")
            #expect(ended.status == 5)
            #expect(try ended.items[0]["phase"] == "attached")
            #expect(try await tool.traces(of: Demo.vf) == attached)
        }
    }

    @Test func `for a device in quarantine, until an operator's word leads out`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await tool.convert()
            let device = try FunctionAddress(parsing: Demo.pf)
            try await tool.host.inject(.event(.defect(device, .stopFails)))
            let put = try await tool.json("release", Demo.vf)
            #expect(put.status == 9)
            #expect(try put.items[0]["phase"] == "quarantined")
            #expect(try await tool.run("convert", Demo.vf, "--domain", "web1").status == 9)
            #expect(try await tool.run("release", Demo.vf).status == 9)
            #expect(try await tool.run("recover", Demo.vf).status == 9)
            #expect(try await tool.json("routes", Demo.vf).items.array.allSatisfy { $0["reaches"].array.isEmpty })
            let shown = try await tool.succeed("show", Demo.vf).out
            #expect(shown.contains("tdispctl recover --from-quarantine 'WHY' \(Demo.vf) --allow-conventional-reset"))
            let way = try await tool.run(
                "recover", Demo.vf, "--from-quarantine", "looked at", "--allow-conventional-reset")
            #expect(way.status == 0, "\(way.err)")
            #expect(try await tool.traces(of: Demo.vf) == found)
            let history = try await tool.succeed("history", Demo.vf).out
            #expect(history.contains("led out of quarantine (stop-unconfirmed): looked at"))
            #expect(history.contains("[proven: state is CONFIG_UNLOCKED"))
        }
    }

    @Test func `to lead a device out of quarantine without saying why`() async throws {
        try await Tool.with { tool in
            for reason in ["", " ", "two\nlines"] {
                let ended = try await tool.run("recover", "--from-quarantine", reason, Demo.vf)
                #expect(ended.status == 2 && ended.err.contains("takes the reason first"), "\(reason): \(ended.err)")
            }
        }
    }
}

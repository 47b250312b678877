import Emulator
import EmulatorProcess
import PCIe
import Testing

/// What the program is for, each step in a process of its own.
@Suite struct `A conversion` {
    @Test func `is seen by further processes, and a release takes it back`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            let converted = try await tool.run("convert", Demo.vf, "--domain", "web1")
            #expect(converted.status == 0)
            #expect(converted.out.contains("private") && converted.out.contains("proven"))

            let shown = try await tool.json("show", Demo.vf).items[0]
            #expect(shown["recorded"]["phase"] == "private" && shown["confirmed"]["state"] == "RUN")
            #expect(shown["recorded"]["domainName"] == "web1" && shown["recorded"]["epoch"] == 1)
            let reached = try await tool.json("routes", Demo.vf).items
            #expect(reached[0]["t"] == 0 && reached[0]["reaches"].array.isEmpty)
            #expect(reached[1]["t"] == 1 && reached[1]["reaches"].array.count == 1)
            #expect(reached[1]["reaches"][0]["owner"].string?.contains("private page of web1") == true)
            let xml = try await tool.succeed("show", Demo.vf, "--domain-xml").out
            #expect(xml.contains("<hostdev") && xml.contains("bus='0x3b' slot='0x00' function='0x1'"))
            #expect(xml.contains("address=\"0000:3b:00.1\"") && xml.contains("phase=\"private\""))

            let released = try await tool.run("release", Demo.vf)
            #expect(released.status == 0 && released.out.contains("available"))
            #expect(try await tool.traces(of: Demo.vf) == found)
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "available")
            #expect(try await tool.run("show", Demo.vf, "--domain-xml").status == 4)
            try await tool.expectSoundness()
        }
    }

    @Test func `is shown with the session it passed in: its algorithms, who the device is, what it measures`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            let shown = try await tool.succeed("show", Demo.vf).out
            let lines = shown.split(separator: "\n")
            let session = lines.first { $0.hasPrefix("  session ") } ?? ""
            #expect(session.hasPrefix("  session    SPDM 1.3, SHA-384, ECDSA-P384, secp384r1, AES-256-GCM, session 0x"))
            #expect(session.hasSuffix(" with serial ACC-0001 under Example Device CA"))
            let identity = "  identity   authenticated: serial ACC-0001, issued under Example Device CA"
            #expect(lines.contains { $0.hasPrefix(identity) }, "\(shown)")
            let measured = lines.filter { $0.hasPrefix("  measured ") }
            #expect(measured.count == 3, "\(shown)")
            // SHA-384 of "firmware 2.1.0", and 2.1.0 in ASCII.
            #expect(measured.first?.hasPrefix("  measured   1, firmware: fedc1a2594907de41f8926ff") == true)
            #expect(measured.last == "  measured   3, firmware version: 322e312e30")
        }
    }

    @Test func `moves the device's DMA from shared pages with T=0 to private pages with T=1, and back`() async throws {
        try await Tool.with { tool in
            func verdict(_ address: String, _ t: String) async throws -> String {
                try await tool.json("routes", Demo.vf, "--address", address, "--t", t).items[0]["verdict"].string ?? ""
            }
            // The first MiB of web1 is shared, the rest private.
            let (shared, `private`) = ("0x1000", "0x200000")
            try await tool.convert()
            try await tool.succeed("release", Demo.vf, "--keep")
            #expect(try await verdict(shared, "0").contains("shared page of web1"))
            #expect(try await verdict(`private`, "1").contains("stopped at the root port"))

            try await tool.convert()
            let before = try await tool.inspect(Demo.vf).function.workload
            #expect(try await verdict(shared, "0").contains("faults"))
            #expect(try await verdict(`private`, "0").contains("faults"))
            #expect(try await verdict(`private`, "1").contains("private page of web1"))
            try await tool.succeed("emulate", "advance", "10")
            let converted = try await tool.inspect(Demo.vf).function.workload
            #expect(converted.privateArrived > before.privateArrived)
            #expect(converted.sharedArrived == before.sharedArrived)

            try await tool.succeed("release", Demo.vf, "--keep")
            #expect(try await verdict(shared, "0").contains("shared page of web1"))
            #expect(try await verdict(`private`, "1").contains("stopped at the root port"))
            let back = try await tool.inspect(Demo.vf).function.workload
            try await tool.succeed("emulate", "advance", "10")
            let returned = try await tool.inspect(Demo.vf).function.workload
            #expect(returned.sharedArrived > back.sharedArrived)
            #expect(returned.privateArrived == back.privateArrived)
        }
    }

    @Test func `of several devices runs side by side, and each has its own result`() async throws {
        try await Tool.with { tool in
            let devices = [Demo.vf, Demo.nvme, Demo.sibling]
            let ended = try await tool.start(["convert", "--domain", "web1", "--output", "json"] + devices).ended()
            #expect(ended.status == 0)
            #expect(try ended.items.array.compactMap { $0["device"].string } == devices)
            #expect(try ended.items.array.allSatisfy { $0["phase"] == "private" })
            let released = try await tool.json("release", Demo.vf, Demo.nvme)
            #expect(released.status == 0)
            #expect(try await tool.listed(Demo.sibling)["confirmed"]["state"] == "RUN")
            try await tool.expectSoundness()
        }
    }

    @Test func `that is planned first changes nothing and issues what was planned`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            let plan = try await tool.json("convert", Demo.vf, "--domain", "web1", "--plan").items[0]
            #expect(plan["outcome"] == "go")
            #expect(try await tool.traces(of: Demo.vf) == found)
            #expect(try await tool.json("history").items.array.isEmpty)
            try await tool.convert()
            let succeeded = try await tool.json("history", Demo.vf).items.array
                .compactMap { $0["text"].string?.split(separator: " succeeded").first.map(String.init) }
                .dropFirst()
            #expect(Array(succeeded) == plan["effects"].array.compactMap(\.string))
        }
    }

    @Test func `again is already there`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let again = try await tool.json("convert", Demo.vf, "--domain", "web1")
            #expect(again.status == 0)
            #expect(try again.items[0]["end"] == "already-there")
        }
    }
}

/// What befalls a device that nobody works on.
@Suite struct `A device in private operation` {
    @Test func `that fell out of it while nobody ran is seen by list, and a recovery brings it home`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let device = try FunctionAddress(parsing: Demo.pf)
            try await tool.host.inject(.event(.integrityCheckFailed(device)))
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "private")
            #expect(try await tool.listed(Demo.vf)["note"].string?.contains("recover") == true)
            let reached = try await tool.json("routes", Demo.vf).items
            #expect(reached[0]["reaches"].array.isEmpty)

            let recovered = try await tool.json("recover", Demo.vf)
            #expect(recovered.status == 0, "\(recovered.err)")
            #expect(try recovered.items[0]["phase"] == "attached")
            let shared = try await tool.json("routes", Demo.vf, "--address", "0x1000", "--t", "0").items[0]
            #expect(shared["verdict"].string?.contains("shared page of web1") == true)
            try await tool.convert()
            try await tool.expectSoundness()
        }
    }

    @Test func `with which nothing is wrong is not recovered unasked`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let converted = try await tool.traces(of: Demo.vf)
            let refused = try await tool.json("recover", Demo.vf)
            #expect(refused.status == 6, "\(refused.out)")
            #expect(try refused.items[0]["error"]["message"].string?.hasPrefix("nothing is wrong with") == true)
            #expect(try refused.items[0]["error"]["next"].string?.contains("recover --anyway") == true)
            #expect(try await tool.traces(of: Demo.vf) == converted)

            let asked = try await tool.json("recover", Demo.vf, "--anyway")
            #expect(asked.status == 0, "\(asked.err)")
            #expect(try asked.items[0]["phase"] == "attached")
        }
    }

    @Test func `that does not answer any more is advised to be recovered, one of the host's is not`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            for device in [Demo.pf, Demo.nvme] {
                try await tool.host.inject(.event(.deviceGone(try FunctionAddress(parsing: device))))
            }
            #expect(try await tool.listed(Demo.vf)["note"] == "does not answer: tdispctl recover")
            #expect(try await tool.listed(Demo.nvme)["note"] == "does not answer")
            let ended = try await tool.json("recover", Demo.vf)
            #expect(ended.status != 6, "\(ended.out)")
            #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] != "private")
        }
    }

    @Test func `that fell out of it is converted again by a recovery that is told to`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let device = try FunctionAddress(parsing: Demo.vf)
            try await tool.host.inject(.event(.functionReset(device)))
            let recovered = try await tool.json("recover", Demo.vf, "--convert")
            #expect(recovered.status == 0, "\(recovered.err)")
            #expect(try recovered.items[0]["phase"] == "private" && recovered.items[0]["epoch"] == 2)
            #expect(try await tool.listed(Demo.vf)["confirmed"]["state"] == "RUN")
            try await tool.expectSoundness()
        }
    }
}

import Foundation
import Testing

/// `tdispctl routes`, tried on a running host.
@Suite struct `Routes` {

    @Test func `tell of pages that a device still reaches by a translation that it holds`() async throws {
        let peers = try String(contentsOfFile: Project.path + "/Scenarios/topologies/peers.yaml", encoding: .utf8)
        try await Tool.with(topology: peers) { tool in
            try await tool.succeed("convert", Demo.pf, "--domain", "web1")
            try await tool.succeed("emulate", "inject", "{invalidation-stuck: \(Demo.pf)}")
            let conversion = "{pages-converted: web1, from: 1MiB, size: 64KiB, to: shared}"
            try await tool.succeed("emulate", "inject", conversion)
            let refused = try await tool.start(["emulate", "inject", conversion]).ended()
            #expect(refused.status == 6 && refused.out.isEmpty)
            #expect(refused.err.contains("pages-converted did not happen: conversion of 0x300000..<0x310000 of web1"))
            let told = try await tool.succeed("routes", Demo.pf, "--address", "0x101000", "--t", "1", "--as-guest").out
            #expect(told.contains("ATC         holds a translation to 0x301000: sends a translated request"))
            #expect(told.contains("reaches 0x301000 (private page of web1)"))
            #expect(told.contains("gets there by a translation that it holds (ATS)"))
            let json = try await tool.json("routes", Demo.pf, "--address", "0x101000", "--t", "1").items[0]
            #expect(json["reaches"] == true && json["stop"] == .null)
            #expect(json["segments"][0]["physical"] == "0x301000" && json["segments"][0]["size"] == 64)

            let all = try await tool.succeed("routes", Demo.pf).out
            let held = "0x100000 + 64 KiB of web1 to shared: \(Demo.pf) still holds a translation of 0x101000"
            #expect(all.contains("held: \(held)"))
            #expect(try await tool.json("routes", Demo.pf).items[1]["heldConversions"][0] == .string(held))
        }
    }

    @Test func `name the reason why T=1 of a fallen interface does not come, and what is open behind it`()
        async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("emulate", "inject", "{poisoned-data: \(Demo.vf)}")
            let told = try await tool.succeed("routes", Demo.vf, "--address", "2097152", "--t", "1").out
            let reason = "T=1 outside a Secure stream: the DSM puts nothing of it on the stream in ERROR"
            #expect(told.contains("root port   \(reason)"))
            #expect(told.contains("; the IOMMU behind it is open, to 0x"))
            // The device's address is whole: segment, bus, device, function.
            #expect(told.contains("context     \(Demo.vf), T=1: table"))
            let json = try await tool.json("routes", Demo.vf, "--address", "2097152", "--t", "1").items[0]
            #expect(json["reaches"] == false && json["stop"]["place"] == "root port")
            #expect(json["stop"]["check"] == "no-secure-stream")
            let svg = try await tool.succeed("routes", Demo.vf, "--svg").out
            #expect(svg.contains("open behind the stop") && svg.contains(reason))
        }
    }

    @Test func `draw no picture where JSON is asked for`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.json("routes", Demo.vf, "--svg")
            #expect(ended.status == 2 && !ended.out.contains("<svg"))
            #expect(try ended.json["kind"] == "Error")
        }
    }

    @Test func `show both sides of a guest's view of all that its device reaches`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            let told = try await tool.succeed("routes", Demo.vf, "--as-guest").out
            #expect(told.contains("as the guest sees it\n T=0 0x0 + 1 MiB\n"))
            #expect(told.contains("it is stopped where the guest does not see it [no-mixed-traffic]."))
            let json = try await tool.json("routes", Demo.vf, "--as-guest").items
            #expect(json[0]["guest"][0]["findingName"] == "stopped-unseen")
            #expect(json[1]["guest"][0]["findingName"] == "none")
            // One access over pages that do not look alike.
            let access = try await tool.json("routes", Demo.vf, "--address", "0xff000", "--size", "8192", "--as-guest")
                .items[0]
            #expect(access["guest"]["parts"].array.count == 1)
            let host = try await tool.json("routes", Demo.nvme, "--address", "0", "--as-guest").items[0]
            #expect(host["guest"]["parts"].array.isEmpty)
        }
    }
}

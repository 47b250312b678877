import Assignment
import Emulator
import EmulatorProcess
import Foundation
import Testing

/// libvirt behind a daemon, and the daemon dies.
@Suite(.enabled(if: PrivateDaemon.isInstalled, "needs /usr/sbin/libvirtd (Debian: libvirt-daemon)"))
struct `A libvirt daemon that dies` {
    static let convert = ["convert", Demo.vf, "--domain", "web1"]

    @Test func `at rest makes every verb that needs it say so, and comes back unnoticed`() async throws {
        try await Self.with { tool, daemon in
            try await tool.convert()
            let converted = try await tool.traces(of: Demo.vf)
            try daemon.kill()
            for command in [["list"], ["release", Demo.vf], ["convert", Demo.nvme, "--domain", "web1"]] {
                let ended = try await tool.start(command).ended()
                #expect(ended.status == 8, "\(command)")
                #expect(ended.err.contains("libvirt error"), "\(ended.err)")
            }
            #expect(try tool.pending(of: Demo.vf) == nil)
            try await daemon.start()
            // The test driver forgets when its daemon dies; the emulated host puts its hostdevs back.
            #expect(try await tool.traces(of: Demo.vf) == converted)
            try await tool.succeed("release", Demo.vf)
        }
    }

    @Test(arguments: [EffectName.attach, .lock, .probePrivate])
    func `in mid-conversion loses nothing: the error names where the device is, and a recovery leads home`(
        before effect: EffectName
    ) async throws {
        try await Self.with { tool, daemon in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                let running = try await relay.hold(
                    Self.convert + ["--output", "json"], at: .before(effect), of: tool)
                try daemon.kill()
                await relay.letGo()
                let ended = try await running.ended()
                let phase = try #require(try ended.items[0]["phase"].string)
                if ended.status != 0 {
                    #expect(ended.out.contains("libvirt error") && ended.out.contains("\"now\""), "\(ended.out)")
                }
                #expect(try tool.recordedPhase(of: Demo.vf)?.rawValue == phase)
                #expect(ended.status == (effect == .attach ? 9 : 0))
                try await daemon.start()
                if ended.status != 0 { try await tool.succeed("recover", Demo.vf, "--from-quarantine", "looked at") }
                if ended.status == 0 { try await tool.succeed("release", Demo.vf) }
                #expect(try await tool.traces(of: Demo.vf) == found)
                try await tool.expectSoundness()
            }
        }
    }

    /// Hands a test an emulated host whose domains are a daemon's.
    private static func with(_ body: (Tool, borrowing PrivateDaemon) async throws -> Void) async throws {
        try await Tool.with { tool in
            // The topology's domains, as the emulated host writes them down for the test driver.
            let domains = try String(contentsOfFile: tool.stateDirectory + "/domains.xml", encoding: .utf8)
            try await tool.succeed("emulate", "stop", "--quiet")
            let daemon = try PrivateDaemon(domains: domains, for: tool)
            try await daemon.start()
            let connected = tool.with("TDISPCTL_CONNECT", daemon.uri)
            try await connected.succeed("emulate", "start")
            try await body(connected, daemon)
        }
    }
}

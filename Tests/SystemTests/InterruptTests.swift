import Assignment
import EmulatorProcess
import Foundation
import Testing

/// Ctrl-C, and SIGTERM.
@Suite struct `An interrupt` {
    static let moments: [Moment] = [
        .before(.releaseHostDriver), .before(.requireConnection), .after(.attach), .after(.dropMappings),
        .before(.lock),
        .after(.collectEvidence), .after(.accept), .after(.probePrivate),
    ]

    @Test func `in a conversion turns it back: the device is as it was found`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                for (number, moment) in Self.moments.enumerated() {
                    let running = try await relay.hold(
                        ["convert", Demo.vf, "--domain", "web1"], at: moment, of: tool)
                    running.signal(number.isMultiple(of: 2) ? SIGINT : SIGTERM)
                    try await eventually { try tool.count(of: .cancel, on: Demo.vf) == number + 1 }
                    await relay.letGo()
                    let ended = try await running.ended()
                    #expect(ended.status == 1, "\(moment): \(ended.err)")
                    #expect(ended.err.contains("interrupted") && ended.err.contains("cancelled"), "\(moment)")
                    #expect(ended.err.contains("available"), "\(moment)")
                    #expect(try await tool.traces(of: Demo.vf) == found, "\(moment)")
                }
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `in a conversion from shared operation leaves the device there`() async throws {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("release", Demo.vf, "--keep")
            let attached = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                let convert = ["convert", Demo.vf, "--domain", "web1"]
                let running = try await relay.hold(convert, at: .after(.lock), of: tool)
                running.signal(SIGINT)
                try await eventually { try tool.count(of: .cancel, on: Demo.vf) == 1 }
                await relay.letGo()
                #expect(try await running.ended().status == 1)
                #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "attached")
                #expect(try await tool.traces(of: Demo.vf) == attached)
            }
        }
    }

    @Test func `in a release is heard, and the release goes on to its end`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await tool.convert()
            try await Relay.between(tool) { relay in
                let running = try await relay.hold(["release", Demo.vf], at: .after(.stop), of: tool)
                running.signal(SIGINT)
                try await eventually { running.err.contains("interrupted") }
                await relay.letGo()
                #expect(try await running.ended().signal == nil)
                #expect(try await tool.listed(Demo.vf)["recorded"]["phase"] == "available")
                #expect(try await tool.traces(of: Demo.vf) == found)
            }
        }
    }

    @Test func `of the terminal does not reach the emulated host`() async throws {
        try await Tool.with { tool in
            let process = try await tool.host.hello().process
            #expect(getpgid(process) == process)
        }
    }
}

import Assignment
import CommandLineTool
import Emulator
import EmulatorProcess
import PCIe
import Testing

/// Exit codes are what scripts rely on: each can be reached, in a way that a person can meet.
@Suite struct `Exit code` {
    @Test(arguments: CommandLineTool.ExitStatus.allCases)
    func `is reached`(status: CommandLineTool.ExitStatus) async throws {
        try await Tool.with { tool in
            let ended = try await Self.reach(status, tool)
            #expect(ended.status == status.rawValue, "\(status.meaning): \(ended.err)")
        }
    }

    private static func reach(_ status: CommandLineTool.ExitStatus, _ tool: Tool) async throws -> Ended {
        switch status {
        case .done: return try await tool.run("convert", Demo.vf, "--domain", "web1")
        case .failed: return try await convert(tool, .fail(.deviceRefused))
        case .usage: return try await tool.run("convert", Demo.vf)
        case .unknown: return try await convert(tool, .unknownDone)
        case .notFound: return try await tool.run("convert", Demo.vf, "--domain", "nobody")
        case .busy:
            try await tool.convert()
            return try await tool.run("convert", Demo.vf, "--domain", "db1")
        case .refused: return try await tool.run("release", Demo.vf, "--keep")
        case .lacking: return try await tool.run("convert", Demo.network, "--domain", "web1")
        case .unreachable: return try await convert(tool, .fail(.hypervisor))
        case .quarantined:
            try await tool.host.inject(
                .event(.defect(try FunctionAddress(parsing: Demo.pf), .stopFails)))
            return try await convert(tool, .fail(.deviceRefused))
        }
    }

    /// A conversion in which something happens to `accept`.
    private static func convert(_ tool: Tool, _ action: EffectFault.Action) async throws -> Ended {
        try await tool.host.inject(.effect(EffectFault(.assignment(.accept), action)))
        return try await tool.run("convert", Demo.vf, "--domain", "web1")
    }

    @Test func `of several devices is the worst one's`() async throws {
        try await Tool.with { tool in
            let ended = try await tool.run("convert", Demo.nvme, Demo.network, "--domain", "web1")
            #expect(ended.status == 7)
            #expect(try await tool.listed(Demo.nvme)["recorded"]["phase"] == "private")
        }
    }
}

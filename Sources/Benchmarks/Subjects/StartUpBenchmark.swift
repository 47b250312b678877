import Foundation
import Glibc

/// What it costs to start `tdispctl` and end it again, beside a program that does nothing; and what it costs with a command
/// that is parsed and prints a table, and does nothing else.
enum StartUpBenchmark {
    private static let runs = 20

    static func figures() throws -> [Figure] {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let tool = try milliseconds(of: folder.appending(path: "tdispctl").path, "--version")
        let command = try milliseconds(of: folder.appending(path: "tdispctl").path, "doctor", "--rules")
        let nothing = try milliseconds(of: "/bin/true")
        return [
            Figure(
                group: "start-up", name: "tdispctl --version, CPU", value: tool, unit: .milliseconds,
                target: .atMost(5, tool), reference: Reference("/bin/true", nothing, of: tool)),
            Figure(
                group: "start-up", name: "tdispctl doctor --rules, CPU", value: command, unit: .milliseconds,
                reference: Reference("tdispctl --version", tool, of: command)),
        ]
    }

    /// CPU time of one run, user and system, the mean of several.
    private static func milliseconds(of program: String, _ arguments: String...) throws -> Double {
        let before = try childTime()
        for _ in 0..<runs {
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try require(process.terminationStatus == 0, "\(program) ended with \(process.terminationStatus)")
        }
        return (try childTime() - before) / Double(runs) * 1000
    }

    /// Seconds of CPU that ended child processes took.
    private static func childTime() throws -> Double {
        var usage = rusage()
        // SAFETY: the structure lives as long as the call.
        try require(unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage) == 0, "getrusage")
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}

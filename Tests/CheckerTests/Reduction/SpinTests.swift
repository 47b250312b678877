import Foundation
import Testing

@testable import Checker

/// The same devices in another checker's language, written by hand: both have to find as many states and steps.
@Suite(.enabled(if: Spin.isInstalled, "needs the Debian packages spin and gcc (scripts/setup installs them)"))
struct SpinTests {
    @Test(arguments: [1, 2]) func `SPIN finds as many states and steps as the search of the engine`(
        cores: Int
    ) async throws {
        let spin = try await Spin.count(devices: 4)
        let system = try #require(Reduction<UInt64>(devices: 4, isFolded: false))
        let progress = await system.search(cores: cores).progress
        #expect(progress.states == spin.states)
        // SPIN counts the step to the initial state.
        #expect(progress.transitions == spin.transitions - 1)
    }

    @Test func `six devices in SPIN have the states that the folded ones stand for`() async throws {
        let spin = try await Spin.count(devices: 6)
        #expect(spin.states == 7_529_536)
        #expect(spin.transitions == 6 * 7_529_536 + 1)
    }
}

/// SPIN on the model that stands beside these tests.
enum Spin {
    static var isInstalled: Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return ["spin", "gcc"].allSatisfy { tool in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }
    }

    static func count(devices: Int) async throws -> (states: Int, transitions: Int) {
        let script = try #require(Bundle.module.url(forResource: "Promela/count", withExtension: nil))
        let (ends, continuation) = AsyncStream<Void>.makeStream()
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [script.path, "\(devices)"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        for await _ in ends {}
        // One line, which the pipe has kept.
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        try #require(process.terminationStatus == 0 && numbers.count >= 2, "\(text)")
        return (numbers[0], numbers[1])
    }
}

import Assignment
import AssignmentService
import Foundation
import Journal

/// The same with the journal that survives: SQLite, one commit on disk for each step.
enum DurableConversions {
    private static let devices = 50

    static func figures(in directory: String) async throws -> [Figure] {
        let place = directory + "/tdisp-bench-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let lock = try await JournalLock.acquire(in: StateDirectory(at: place), command: "bench", at: 0)
        let journal = try Journal.open(lock)
        let time = try await ConversionBenchmark.convert(devices: devices, journal)
        let steps = try journal.history().count
        try require(steps > devices * 10, "\(steps) steps in the history")
        try journal.close()
        return [
            Figure(
                group: "conversion", name: "time per device, \(devices) in turn, journal in SQLite", value: time,
                unit: .microseconds)
        ]
    }
}

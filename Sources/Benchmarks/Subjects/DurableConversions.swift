import Assignment
import AssignmentService
import Foundation
import Journal
import PCIe

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
        let figures = [
            Figure(
                group: "conversion", name: "time per device, \(devices) in turn, journal in SQLite", value: time,
                unit: .microseconds),
            try stepFigure(journal, in: place),
        ]
        try journal.close()
        return figures
    }

    /// One step, against the least that could be as durable: its bytes appended to a file, and fsync.
    private static func stepFigure(_ journal: Journal, in place: String) throws -> Figure {
        let tdi = FunctionAddress(requesterID: RequesterID(bus: 0xFE, device: 0, function: 0))
        let transition = AssignmentMachine.step(.initial, .convert(DomainID(high: 1, low: 1), StandingOrders()))
        let step = AssignmentStep(
            device: tdi, event: .convert(DomainID(high: 1, low: 1), StandingOrders()), state: transition.state,
            effect: transition.effect, detail: "", time: 0)
        let commit = try measure { times in for _ in 0..<times { try journal.record(step) } }
        let bytes = try JSONEncoder().encode(step)
        let path = place + "/raw"
        try require(FileManager.default.createFile(atPath: path, contents: nil), "cannot create \(path)")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let raw = try measure { times in
            for _ in 0..<times {
                try file.write(contentsOf: bytes)
                try file.synchronize()
            }
        }
        try file.close()
        let value = commit.nanoseconds / 1000
        return Figure(
            group: "journal", name: "one step committed (\(bytes.count) bytes of JSON)", value: value,
            unit: .microseconds, reference: Reference("write and fsync of its bytes", raw.nanoseconds / 1000, of: value)
        )
    }
}

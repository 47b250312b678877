import Assignment
import Foundation
import Journal
import PCIe

/// One step committed, against the least that could be as durable: its bytes appended to a file, and fsync.
enum CommittedStep {
    static func figures(in directory: String) async throws -> [Figure] {
        let place = directory + "/tdisp-step-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let journal = try Journal.open(
            try await JournalLock.acquire(in: StateDirectory(at: place), command: "bench", at: 0))
        let tdi = FunctionAddress(requesterID: RequesterID(bus: 0xFE, device: 0, function: 0))
        let transition = AssignmentMachine.step(.initial, .convert(DomainID(high: 1, low: 1), StandingOrders()))
        let step = AssignmentStep(
            device: tdi, event: .convert(DomainID(high: 1, low: 1), StandingOrders()), state: transition.state,
            effect: transition.effect, detail: "", time: 0)
        let commit = try measure { times in for _ in 0..<times { try journal.record(step) } }
        try journal.close()
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
        return [
            Figure(
                group: "journal", name: "one step committed (\(bytes.count) bytes of JSON)", value: value,
                unit: .microseconds,
                reference: Reference("write and fsync of its bytes", raw.nanoseconds / 1000, of: value))
        ]
    }
}

import Assignment
import AssignmentService
import Attestation
import Emulator
import Foundation
import Journal
import PCIe

/// A manager that starts over a journal with many assignments.
enum Restart {
    private static let assignments = 10_000

    static func figures(in directory: String) async throws -> [Figure] {
        let place = directory + "/tdisp-restart-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: place) }
        let functions = try await fill(place)
        let host = try EmulatedHost(.uniform(devices: 1), entropy: SeededEntropy(seed: 1), traceCapacity: 0)
        let start = TimeSource.wall.now
        let journal = try await open(place)
        let service = try AssignmentService(
            world: World(
                platform: host, journal: journal, judge: { $0.judged(by: BuiltInVerdict()) }, nonce: { nil },
                now: { 0 }))
        await service.takeUp()
        for function in functions {
            let phase = await service.state(of: function, dsm: function).phase
            try require(phase == .attached, "\(function) is \(phase)")
        }
        let time = (TimeSource.wall.now - start) / 1e6
        try journal.close()
        return [
            Figure(
                group: "journal", name: "restart with \(assignments) assignments, all owners and states", value: time,
                unit: .milliseconds, target: .atMost(2000, time))
        ]
    }

    private static func open(_ place: String) async throws -> Journal {
        try Journal.open(try await JournalLock.acquire(in: StateDirectory(at: place), command: "bench", at: 0))
    }

    /// Records so many functions in shared operation.
    private static func fill(_ place: String) async throws -> [FunctionAddress] {
        let journal = try await open(place)
        let domain = DomainID(high: 1, low: 1)
        let state = AssignmentState.attached(Attached(lineage: Lineage(epoch: LockEpoch(rawValue: 1)), owner: domain))
        let functions = (0..<assignments).map { index in
            FunctionAddress(requesterID: RequesterID(rawValue: UInt16(index * 6)))
        }
        for function in functions {
            try journal.record(
                AssignmentStep(
                    device: function, event: .finished(.restoreMappings, .succeeded), state: state, effect: .none,
                    detail: "", time: 1))
        }
        try journal.close()
        return functions
    }
}

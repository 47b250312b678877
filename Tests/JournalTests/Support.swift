import Assignment
import Foundation
import GRDB
import PCIe
import TDISP
import Testing

@testable import Journal

let device = FunctionAddress(segment: 0, requesterID: RequesterID(bus: 0x3B, device: 0, function: 1))
let sibling = FunctionAddress(segment: 0, requesterID: RequesterID(bus: 0x3B, device: 0, function: 2))
let dsm = FunctionAddress(segment: 0, requesterID: RequesterID(bus: 0x3B, device: 0, function: 0))
let domain = DomainID(high: 1, low: 2)

/// A directory for one test, removed with its last reference.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var directory: StateDirectory { get throws { try StateDirectory(at: path) } }
    var journalPath: String { "\(path)/\(JournalFile.name)" }

    func open(retention: RetentionPolicy = .standard) async throws -> Journal {
        try Journal.open(try await JournalLock.acquire(in: directory, command: "test", at: 0), retention: retention)
    }

    /// A connection beside the journal's own, as another program would open it.
    func tamper(_ sql: String) throws {
        let database = try DatabaseQueue(path: journalPath)
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }

    func mode(of name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int
    }
}

/// Steps made by the machines themselves, so that states and effects belong together.
struct Steps {
    var state = AssignmentState.initial
    var connection = ConnectionState.initial
    var time: UInt64 = 1_000

    mutating func take(_ event: AssignmentEvent, on address: FunctionAddress = device, detail: String = "")
        -> AssignmentStep
    {
        let transition = AssignmentMachine.step(state, event)
        state = transition.state
        time += 1
        return AssignmentStep(
            device: address, event: event, state: transition.state, effect: transition.effect, detail: detail,
            time: time)
    }

    mutating func take(_ event: ConnectionEvent) -> ConnectionStep {
        let transition = ConnectionMachine.step(connection, event)
        connection = transition.state
        time += 1
        return ConnectionStep(
            dsm: dsm, event: event, state: transition.state, effect: transition.effect, detail: "", time: time)
    }

    /// The steps of a conversion up to private operation.
    mutating func conversion() -> [AssignmentStep] {
        var steps = [take(.convert(domain, StandingOrders()))]
        while state.pending != .none { steps.append(take(.finished(state.pending.name, .succeeded))) }
        return steps
    }
}

/// A journal that was closed after `count` remarks.
func closedJournal(remarks count: Int = 0, retention: RetentionPolicy = .standard) async throws -> Scratch {
    let scratch = try Scratch()
    let journal = try await scratch.open(retention: retention)
    for number in 0..<count { try journal.record(Note("remark \(number)", on: device, at: UInt64(number))) }
    try journal.close()
    return scratch
}

/// Expects a ``JournalError`` of this code, with something to do in it.
func expectFailure<Value>(
    _ code: JournalError.Code, at location: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) {
    let error = #expect(throws: JournalError.self, sourceLocation: location) { _ = try body() }
    #expect(error?.code == code, sourceLocation: location)
    #expect(error?.advice.isEmpty == false, sourceLocation: location)
}

/// Expects a ``JournalError`` of this code from something that waits.
func expectFailure<Value>(
    _ code: JournalError.Code, at location: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async {
    let error = await #expect(throws: JournalError.self, sourceLocation: location) { _ = try await body() }
    #expect(error?.code == code, sourceLocation: location)
}

extension Journal {
    /// The size of the database in pages of 4 KiB.
    func pages() throws -> Int { try perform { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } }

    /// Makes the disk as small as this for the database.
    func limitPages(_ count: Int) throws { try perform { try $0.execute(sql: "PRAGMA max_page_count = \(count)") } }

    /// How long a lock of another connection is waited for.
    func waitForLocks(seconds: Int) throws {
        try perform { try $0.execute(sql: "PRAGMA busy_timeout = \(seconds * 1000)") }
    }
}

extension HistoryVerdict {
    /// Whether the chain holds, with so many entries.
    func isIntact(entries count: Int) -> Bool {
        if case .intact(count, _) = self { true } else { false }
    }
}

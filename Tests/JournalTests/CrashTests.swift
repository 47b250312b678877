import Assignment
import Foundation
import GRDB
import Glibc
import Testing

@testable import Journal

/// Each child is this test run again as a process of its own.
@Suite struct `A manager that is killed` {
    @Test func `between commits loses none of them`() async throws {
        let scratch = try Scratch()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = scratch.path as String] in
            let lock = try await JournalLock.acquire(in: StateDirectory(at: path), command: "child", at: 0)
            let journal = try Journal.open(lock)
            var steps = Steps()
            for step in steps.conversion().prefix(9) { try journal.record(step) }
            _ = kill(getpid(), SIGKILL)
        }
        var steps = Steps()
        let recorded = steps.conversion().prefix(9)
        for journal in [try Journal.openForReading(in: scratch.directory), try await scratch.open()] {
            #expect(try journal.device(device)?.state == recorded.last?.state)
            #expect(try journal.unresolvedIntents().map(\.effect) == [try #require(recorded.last).effect])
            #expect(try journal.history().count == 9)
            #expect(
                try journal.verifyHistory() == .intact(entries: 9, head: try #require(try journal.history().last?.hash))
            )
        }
    }

    @Test func `in the middle of a transaction leaves nothing of it`() async throws {
        let scratch = try await closedJournal(remarks: 2)
        await #expect(processExitsWith: .signal(SIGKILL)) { [file = scratch.journalPath as String] in
            let database = try DatabaseQueue(path: file)
            try database.inTransaction { database in
                // More than the page cache holds, so that frames of the open transaction reach the WAL.
                try database.execute(sql: "PRAGMA cache_size = 4")
                try database.execute(sql: "UPDATE history SET text = 'undone'")
                for _ in 0..<200 {
                    try database.execute(
                        sql: "INSERT INTO settings VALUES (hex(randomblob(16)), hex(randomblob(2000)))")
                }
                _ = kill(getpid(), SIGKILL)
                return .commit
            }
        }
        let wal = try FileManager.default.attributesOfItem(atPath: scratch.journalPath + "-wal")[.size] as? Int
        #expect(try #require(wal) > 100_000)
        let journal = try await scratch.open()
        #expect(try journal.history().map(\.text) == ["remark 0", "remark 1"])
        #expect(
            try journal.verifyHistory() == .intact(entries: 2, head: try #require(try journal.history().last?.hash)))
        #expect(try journal.platform() == nil)
    }

    @Test func `does not keep the lock`() async throws {
        let scratch = try Scratch()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = scratch.path as String] in
            let lock = try await JournalLock.acquire(in: StateDirectory(at: path), command: "child", at: 0)
            _ = kill(getpid(), SIGKILL)
            lock.release()
        }
        _ = try await JournalLock.acquire(in: scratch.directory, command: "test", at: 0)
    }
}

@Suite struct `A user without permission` {
    /// Root is asked to be someone else first; anyone else has no permission there anyway.
    private static func becomeSomeoneElse() { if geteuid() == 0 { _ = seteuid(65_534) } }

    @Test(.enabled(if: geteuid() == 0, "needs root to have a directory of someone else"))
    func `is refused by name and changes nothing`() async throws {
        let scratch = try await closedJournal(remarks: 1)
        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            Self.becomeSomeoneElse()
            let error = #expect(throws: JournalError.self) { try StateDirectory(at: path) }
            #expect(error?.code == .unsafeDirectory)
        }
        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            let directory = try StateDirectory(at: path)
            Self.becomeSomeoneElse()
            expectFailure(.denied) { try Journal.openForReading(in: directory) }
            await expectFailure(.unsafeDirectory) {
                try await JournalLock.acquire(in: directory, command: "child", at: 0)
            }
        }
    }
}

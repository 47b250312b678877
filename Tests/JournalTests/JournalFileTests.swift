import Assignment
import Foundation
import GRDB
import PCIe
import Testing

@testable import Journal

@Suite struct `The journal's file` {
    private func bytes(of scratch: Scratch) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: scratch.journalPath)))
    }

    private func write(_ bytes: [UInt8], to scratch: Scratch) throws {
        try Data(bytes).write(to: URL(filePath: scratch.journalPath))
    }

    /// Expects that neither reading nor writing opens the file, and that it is left as it is.
    private func expectRefusal(of scratch: Scratch, _ code: JournalError.Code) async throws {
        let before = try bytes(of: scratch)
        expectFailure(code) { try Journal.openForReading(in: scratch.directory) }
        await expectFailure(code) { try await scratch.open() }
        #expect(try bytes(of: scratch) == before)
    }

    @Test func `says that it is ours, in WAL mode and in which version`() async throws {
        let header = try bytes(of: try await closedJournal())
        #expect(Array(header[68..<72]) == Array("TDIS".utf8))
        #expect(Array(header[60..<64]) == [0, 0, 0, UInt8(Schema.version)])
        #expect(Array(header[18..<20]) == [2, 2])
    }

    @Test func `is gone from its side files when it was closed`() async throws {
        let scratch = try await closedJournal(remarks: 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(Set(files) == ["journal.sqlite", "manager.lock"])
    }

    @Test(arguments: [Array("not a database at all".utf8), [], [UInt8](repeating: 0, count: 8192)])
    func `of foreign bytes is refused and left alone`(content: [UInt8]) async throws {
        let scratch = try Scratch()
        try write(content, to: scratch)
        try await expectRefusal(of: scratch, .notAJournal)
    }

    @Test func `of another program is refused and left alone`() async throws {
        let scratch = try Scratch()
        try scratch.tamper("CREATE TABLE photos (id INTEGER PRIMARY KEY)")
        try await expectRefusal(of: scratch, .notAJournal)
    }

    @Test func `of a newer schema is refused by name and left alone`() async throws {
        let scratch = try await closedJournal()
        try scratch.tamper("PRAGMA user_version = 7")
        try await expectRefusal(of: scratch, .newerSchema)
        let error = #expect(throws: JournalError.self) { try Journal.openForReading(in: scratch.directory) }
        #expect(error?.message.contains("schema 7") == true)
        #expect(error?.message.contains("up to \(Schema.version)") == true)
    }

    @Test(arguments: [1, 512, 4096, 8192, 12_288])
    func `that was truncated is refused and left alone`(length: Int) async throws {
        let scratch = try await closedJournal(remarks: 40)
        let whole = try bytes(of: scratch)
        try #require(whole.count > length)
        try write(Array(whole[..<length]), to: scratch)
        try await expectRefusal(of: scratch, length < 100 ? .notAJournal : .corrupted)
    }

    @Test func `whose pages were overwritten is refused and left alone`() async throws {
        let scratch = try await closedJournal(remarks: 1)
        var damaged = try bytes(of: scratch)
        for index in 4096..<damaged.count { damaged[index] = 0xA5 }
        try write(damaged, to: scratch)
        try await expectRefusal(of: scratch, .corrupted)
    }

    @Test func `whose history is damaged still opens, and the history says so`() async throws {
        let scratch = try await closedJournal(remarks: 200)
        let root = try await DatabaseQueue(path: scratch.journalPath).read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'history'")
        }
        var damaged = try bytes(of: scratch)
        let page = try #require(root) - 1
        for index in page * 4096..<(page + 1) * 4096 { damaged[index] = 0xA5 }
        try write(damaged, to: scratch)
        let journal = try Journal.openForReading(in: scratch.directory)
        #expect(try journal.devices().isEmpty)
        expectFailure(.corrupted) { try journal.history() }
        expectFailure(.corrupted) { try journal.verifyHistory() }
    }

    @Test func `left behind by an interrupted creation is no obstacle`() async throws {
        let scratch = try Scratch()
        for name in ["journal.sqlite.new", "journal.sqlite.new-wal", "journal.sqlite.new-shm"] {
            try Data("half".utf8).write(to: URL(filePath: "\(scratch.path)/\(name)"))
        }
        try await scratch.open().close()
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(Set(files) == ["journal.sqlite", "manager.lock"])
    }

    @Test func `that is gone while its write-ahead log is left is not begun anew`() async throws {
        let scratch = try Scratch()
        try Data("log".utf8).write(to: URL(filePath: scratch.journalPath + "-wal"))
        expectFailure(.corrupted) { try Journal.openForReading(in: scratch.directory) }
        await expectFailure(.corrupted) { try await scratch.open() }
        #expect(!FileManager.default.fileExists(atPath: scratch.journalPath))
    }

    @Test func `a state that this program cannot read is named`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let journal = try await scratch.open()
        try journal.record(steps.take(.convert(domain, StandingOrders())))
        try journal.close()
        try scratch.tamper("UPDATE devices SET state = '{\"dreaming\":{}}'")
        let reader = try Journal.openForReading(in: scratch.directory)
        expectFailure(.unreadableRecord) { try reader.devices() }
        let error = #expect(throws: JournalFailure.self) { try reader.load() }
        #expect(error?.message.contains("0000:3b:00.1") == true)
    }

    @Test func `of schema 1 is read as it is, and brought forward when it is written`() async throws {
        let scratch = try Scratch()
        let database = try DatabaseQueue(path: scratch.journalPath)
        var steps = Steps()
        let step = steps.take(.convert(domain, StandingOrders()))
        try await database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try Schema.migrate(database, steps: Array(Schema.steps.prefix(1)))
            let payload = try JSONText.encode(HistoryContent.assignment(step))
            let fields = HistoryFields(
                sequence: 1, device: device.description, time: step.time, kind: "request", text: "convert",
                payload: payload)
            let hash = Data(try ChainHash(linking: fields, to: .zero).bytes)
            try database.execute(
                sql: """
                    INSERT INTO devices (address, phase, epoch, pending, state, updated_at)
                    VALUES (?, ?, 0, ?, json_extract(?, '$.assignment._0.state'), ?)
                    """,
                arguments: [
                    device.description, step.state.phase.rawValue, step.effect.name.rawValue, payload, Int64(step.time),
                ])
            try database.execute(
                sql: "INSERT INTO history VALUES (1, ?, ?, 'request', 'convert', ?, zeroblob(32), ?)",
                arguments: [device.description, Int64(step.time), payload, hash])
            try database.execute(sql: "UPDATE chain SET head_sequence = 1, head_hash = ?", arguments: [hash])
        }
        try database.close()
        let reader = try Journal.openForReading(in: scratch.directory)
        let old = try #require(try reader.device(device))
        #expect(old.state == step.state && old.suspicion == nil)
        #expect(try reader.verifyHistory().isIntact(entries: 1))
        let journal = try await scratch.open()
        let suspicion = SuspicionMachine.step(.none, Signal(.ideCheck, at: 3)).state
        try journal.record(SuspicionRecord(device: device, suspicion: suspicion, time: 4))
        #expect(try journal.load().suspicions == [device: suspicion])
        #expect(try journal.load().assignments == [device: step.state])
        let next = steps.take(.finished(.releaseHostDriver, .succeeded))
        try journal.record(next)
        #expect(try journal.verifyHistory().isIntact(entries: 3))
        try journal.close()
    }

    @Test func `an older schema is brought forward in one transaction`() throws {
        let database = try DatabaseQueue()
        let more = Schema.steps + ["CREATE TABLE extra (id INTEGER PRIMARY KEY)"]
        try database.writeWithoutTransaction { database in
            try Schema.migrate(database)
            #expect(throws: DatabaseError.self) { try Schema.migrate(database, steps: more + ["nonsense"]) }
            #expect(try Schema.version(of: database) == Schema.version)
            try Schema.migrate(database, steps: more)
            #expect(try Schema.version(of: database) == more.count)
            #expect(try database.tableExists("extra"))
        }
    }
}

@Suite struct `A journal that cannot be written` {
    @Test func `because the disk is full keeps what it had, whole, and goes on when there is space`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let journal = try await scratch.open()
        let first = steps.take(.convert(domain, StandingOrders()))
        try journal.record(first)
        try journal.limitPages(journal.pages())

        let long = String(repeating: "x", count: 20_000)
        let lost = steps.take(.finished(steps.state.pending.name, .succeeded), detail: long)
        let error = #expect(throws: JournalFailure.self) { try journal.record(lost) }
        #expect(error?.message.contains("the disk is full") == true)
        #expect(try journal.device(device)?.state == first.state)
        #expect(try journal.history().count == 1)
        #expect(
            try journal.verifyHistory() == .intact(entries: 1, head: try #require(try journal.history().last?.hash)))

        try journal.limitPages(1 << 20)
        try journal.record(lost)
        try journal.close()
        #expect(try Journal.openForReading(in: scratch.directory).device(device)?.state == lost.state)
    }

    @Test func `because another program locks it says so`() async throws {
        let scratch = try Scratch()
        let journal = try await scratch.open()
        let other = try DatabaseQueue(path: scratch.journalPath)
        try journal.waitForLocks(seconds: 0)
        try other.inTransaction(.immediate) { _ in
            expectFailure(.locked) { try journal.record(Note("remark", at: 0)) }
            return .rollback
        }
        try journal.record(Note("remark", at: 0))
        #expect(try journal.history().count == 1)
    }

    @Test func `keeps the step of a cut in line and writes it ahead of the next`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let journal = try await scratch.open()
        for step in steps.conversion() { try journal.record(step) }
        let count = try journal.history().count
        let cut = steps.take(.observed(.streamInsecure), detail: String(repeating: "x", count: 20_000))
        #expect(cut.effect.name.precedesJournal)

        try journal.limitPages(journal.pages())
        #expect(throws: JournalFailure.self) { try journal.record(cut) }
        #expect(journal.unwritten == 1)
        expectFailure(.diskFull) { try journal.flush() }
        #expect(journal.unwritten == 1)
        #expect(try journal.device(device)?.recordedPhase == .private)

        try journal.limitPages(1 << 20)
        let next = steps.take(.finished(.cut, .succeeded))
        try journal.record(next)
        #expect(journal.unwritten == 0)
        #expect(
            try journal.history(after: Int64(count)).map { try $0.content() } == [.assignment(cut), .assignment(next)])
        #expect(try journal.device(device)?.state == next.state)
    }

    @Test func `does not keep a step that was to wait`() async throws {
        let scratch = try Scratch()
        var steps = Steps()
        let journal = try await scratch.open()
        try journal.record(Note("remark", at: 0))
        try journal.limitPages(journal.pages())
        let step = steps.take(.convert(domain, StandingOrders()), detail: String(repeating: "x", count: 20_000))
        #expect(throws: JournalFailure.self) { try journal.record(step) }
        #expect(journal.unwritten == 0)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, JournalError.Code.diskFull), (.SQLITE_IOERR_SHMSIZE, .diskFull),
        (.SQLITE_READONLY, .readOnly),
        (.SQLITE_READONLY_DBMOVED, .readOnly), (.SQLITE_BUSY, .locked), (.SQLITE_LOCKED, .locked),
        (.SQLITE_PERM, .denied), (.SQLITE_AUTH, .denied), (.SQLITE_CANTOPEN, .denied),
        (.SQLITE_IOERR_FSYNC, .inputOutput),
        (.SQLITE_CORRUPT, .corrupted), (.SQLITE_NOTADB, .notAJournal), (.SQLITE_MISUSE, .internalFault),
    ])
    func `says what SQLite saw and what to do`(result: ResultCode, code: JournalError.Code) {
        let error = JournalError(DatabaseError(resultCode: result, message: "seen"), at: "/state/journal.sqlite")
        #expect(error.code == code)
        #expect(error.message.contains("/state/journal.sqlite") && error.message.contains("seen"))
        #expect(!error.advice.isEmpty)
    }
}

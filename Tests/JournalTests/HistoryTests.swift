import Assignment
import Foundation
import GRDB
import OpenSSLCrypto
import PCIe
import Testing

@testable import Journal

@Suite struct `The history` {
    @Test func `says what went in, where it led and what was begun`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        try journal.record(steps.take(.convert(domain, StandingOrders())))
        try journal.record(
            steps.take(.finished(steps.state.pending.name, .failed(.busy)), detail: "driver nvme holds it"))
        let history = try journal.history()
        #expect(history.map(\.kind) == [.request, .outcome])
        #expect(
            history[0].text == "convert for domain \(domain); begun: release-host-driver")
        #expect(history[1].text.hasPrefix("release-host-driver failed (busy): driver nvme holds it; attaching -> "))
    }

    @Test func `gives the steps back as they were recorded`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        let conversion = steps.conversion()
        let connection = steps.take(ConnectionEvent.require)
        let note = Note("remark", at: 7)
        for step in conversion { try journal.record(step) }
        try journal.record(connection)
        try journal.record(note)
        let expected = conversion.map(HistoryContent.assignment) + [.connection(connection), .note(note)]
        #expect(try journal.history().map { try $0.content() } == expected)
    }

    @Test func `an export decodes to the same entries`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        for step in steps.conversion() { try journal.record(step) }
        let history = try journal.history()
        let export = try JSONEncoder().encode(history)
        #expect(try JSONDecoder().decode([HistoryEntry].self, from: export) == history)
    }

    @Test func `keeps a device's words from steering a terminal`() throws {
        let journal = try Journal.inMemory()
        var steps = Steps()
        let step = steps.take(.convert(domain, StandingOrders()), detail: "serial\u{1B}[2J\n\u{9B}31mX1")
        try journal.record(step)
        #expect(try journal.history().first?.text.contains("serial [2J  31mX1") == true)
        #expect(try journal.history().first?.content() == .assignment(step))
    }

    @Test func `is read by device, from a place on, and no more than asked for`() throws {
        let journal = try Journal.inMemory()
        for number in 1...6 {
            try journal.record(Note("\(number)", on: number.isMultiple(of: 2) ? device : sibling, at: 0))
        }
        #expect(try journal.history(of: device).map(\.text) == ["2", "4", "6"])
        #expect(try journal.history(limit: 2).map(\.text) == ["5", "6"])
        #expect(try journal.history(of: sibling, after: 1, limit: 9).map(\.text) == ["3", "5"])
        #expect(try journal.history(limit: 0).isEmpty)
    }

    @Test func `hashes the documented bytes`() throws {
        let fields = HistoryFields(sequence: 1, device: "d", time: 0x0203, kind: "note", text: "t", payload: "{}")
        let input: [UInt8] =
            [0, 0, 0, 18] + Array("tdispctl history 1".utf8) + [0, 0, 0, 32] + [UInt8](repeating: 0, count: 32)
            + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 2, 3]
            + [0, 0, 0, 1, 0x64, 0, 0, 0, 4] + Array("note".utf8) + [0, 0, 0, 1, 0x74, 0, 0, 0, 2, 0x7B, 0x7D]
        let hash = try ChainHash(linking: fields, to: .zero)
        #expect(hash.bytes == (try HashAlgorithm.sha256.digest(of: input.span)))
    }

    @Test func `an untouched chain is intact and its head is the newest entry`() async throws {
        let scratch = try await closedJournal(remarks: 5)
        let journal = try Journal.openForReading(in: scratch.directory)
        let head = try #require(try journal.history().last?.hash)
        #expect(try journal.verifyHistory() == .intact(entries: 5, head: head))
        #expect(try Journal.inMemory().verifyHistory() == .intact(entries: 0, head: .zero))
    }

    @Test(arguments: [
        (
            "UPDATE history SET text = 'nothing happened' WHERE sequence = 3",
            HistoryVerdict.broken(sequence: 3, .altered)
        ),
        ("UPDATE history SET payload = '{}' WHERE sequence = 3", .broken(sequence: 3, .altered)),
        ("UPDATE history SET time = time + 1 WHERE sequence = 1", .broken(sequence: 1, .altered)),
        ("UPDATE history SET kind = 'request' WHERE sequence = 5", .broken(sequence: 5, .altered)),
        ("UPDATE history SET device = NULL WHERE sequence = 2", .broken(sequence: 2, .altered)),
        ("UPDATE history SET hash = zeroblob(32) WHERE sequence = 5", .broken(sequence: 5, .altered)),
        ("UPDATE history SET previous = zeroblob(32) WHERE sequence = 4", .broken(sequence: 4, .unlinked)),
        ("DELETE FROM history WHERE sequence = 1", .broken(sequence: 1, .missing)),
        ("DELETE FROM history WHERE sequence = 3", .broken(sequence: 3, .missing)),
        ("DELETE FROM history WHERE sequence = 5", .broken(sequence: 5, .missing)),
        ("UPDATE chain SET head_sequence = 4", .broken(sequence: 4, .altered)),
        ("UPDATE chain SET head_hash = zeroblob(32)", .broken(sequence: 5, .altered)),
        ("UPDATE history SET sequence = 9 WHERE sequence = 2", .broken(sequence: 2, .missing)),
    ])
    func `an edit is found at the first entry it touches`(sql: String, verdict: HistoryVerdict) async throws {
        let scratch = try await closedJournal(remarks: 5)
        try scratch.tamper(sql)
        #expect(try Journal.openForReading(in: scratch.directory).verifyHistory() == verdict)
    }

    /// A journal of steps: the rows of the present, and not the chain's own row, name its newest entries.
    private func closedConversion() async throws -> (scratch: Scratch, entries: Int) {
        let scratch = try Scratch()
        let journal = try await scratch.open()
        var steps = Steps()
        let conversion = steps.conversion()
        for step in conversion { try journal.record(step) }
        try journal.record(steps.take(ConnectionEvent.require))
        try journal.close()
        return (scratch, conversion.count + 1)
    }

    @Test(arguments: ["= (SELECT max(sequence) FROM history)", "> 3"])
    func `steps that are missing at the end are missed, and stay missed when others follow`(which: String) async throws
    {
        let (scratch, entries) = try await closedConversion()
        #expect(try Journal.openForReading(in: scratch.directory).verifyHistory().isIntact(entries: entries))
        let first = Int64(which == "> 3" ? 4 : entries)
        try scratch.tamper("DELETE FROM history WHERE sequence \(which)")
        #expect(try Journal.openForReading(in: scratch.directory).verifyHistory() == .broken(sequence: first, .missing))
        let journal = try await scratch.open()
        try journal.record(Note("next", at: 0))
        #expect(try journal.history().last?.sequence == Int64(entries + 1))
        #expect(try journal.verifyHistory() == .broken(sequence: first, .missing))
        try journal.close()
    }

    @Test func `a step that was added at the end is found`() async throws {
        let (scratch, entries) = try await closedConversion()
        try scratch.tamper("UPDATE devices SET entry = 1; UPDATE connections SET entry = 1")
        let verdict = try Journal.openForReading(in: scratch.directory).verifyHistory()
        #expect(verdict == .broken(sequence: 2, .added) && entries > 2)
    }

    @Test func `what the policy no longer keeps is cut, and the rest still verifies`() async throws {
        let scratch = try await closedJournal(remarks: 25, retention: RetentionPolicy(entries: 10))
        let journal = try Journal.openForReading(in: scratch.directory)
        let history = try journal.history()
        #expect(history.map(\.sequence) == Array(16...25))
        #expect(try journal.verifyHistory() == .intact(entries: 10, head: history[9].hash))
    }

    @Test func `a smaller policy cuts at the next entry, and the chain goes on`() async throws {
        let scratch = try await closedJournal(remarks: 25)
        let journal = try await scratch.open(retention: RetentionPolicy(entries: 3))
        try journal.record(Note("next", at: 0))
        #expect(try journal.history().map(\.sequence) == [24, 25, 26])
        #expect(
            try journal.verifyHistory() == .intact(entries: 3, head: try #require(try journal.history().last?.hash)))
    }

    @Test func `the first kept entry must follow what was cut`() async throws {
        let scratch = try await closedJournal(remarks: 25, retention: RetentionPolicy(entries: 10))
        try scratch.tamper("DELETE FROM history WHERE sequence = 16")
        let journal = try Journal.openForReading(in: scratch.directory)
        #expect(try journal.verifyHistory() == .broken(sequence: 16, .missing))
    }

    @Test func `cutting does not hide a gap`() async throws {
        let scratch = try await closedJournal(remarks: 10, retention: RetentionPolicy(entries: 10))
        try scratch.tamper("DELETE FROM history WHERE sequence = 1")
        let journal = try await scratch.open(retention: RetentionPolicy(entries: 10))
        try journal.record(Note("next", at: 0))
        #expect(try journal.verifyHistory() == .broken(sequence: 1, .missing))
    }

    @Test func `an entry of unknown kind is named instead of guessed`() async throws {
        let scratch = try await closedJournal(remarks: 2)
        try scratch.tamper("UPDATE history SET kind = 'dream' WHERE sequence = 2")
        let journal = try Journal.openForReading(in: scratch.directory)
        expectFailure(.unreadableRecord) { try journal.history() }
        #expect(try journal.history(limit: 0).isEmpty)
    }

    @Test(arguments: ["", "00", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
    func `a hash that is not 64 hexadecimal digits does not decode`(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([ChainHash].self, from: Data("[\"\(text)\"]".utf8))
        }
    }
}

import Foundation
import GRDB

/// The database file: created whole or not at all, checked before anything in it is changed.
struct JournalFile {
    static let name = "journal.sqlite"

    let directory: StateDirectory
    var path: String { directory.file(Self.name) }

    /// Opens for reading and checks; nil when there is no journal yet.
    func openForReading() throws(JournalError) -> DatabaseQueue? {
        guard try isThere() else { return nil }
        return try attempt {
            let database = try connect(path, readOnly: true)
            try database.read(check)
            return database
        }
    }

    /// Opens and checks what is there where nothing can be written, not even the memory that is shared with writers: the
    /// file as it stands, which has everything unless a write-ahead log waits beside it; nil then. Later changes are not seen.
    func openAsItStands() throws(JournalError) -> DatabaseQueue? {
        let log = "\(path)-wal"
        guard (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? NSNumber)?.intValue ?? 0 == 0 else {
            return nil
        }
        return try attempt {
            let file = URL(filePath: path).absoluteString + "?immutable=1"
            let database = try connect(file, readOnly: true)
            try database.read(check)
            return database
        }
    }

    /// Opens for writing, after it was checked through a connection that cannot write. Needs the journal's lock.
    func openForWriting() throws(JournalError) -> DatabaseQueue {
        try attempt {
            if let database = try openForReading() { try database.close() } else { try create() }
            let database = try connect(path, readOnly: false)
            try database.writeWithoutTransaction { try Schema.migrate($0) }
            return database
        }
    }

    /// Whether there is a journal. A write-ahead log without its database is no beginning: SQLite would play it into whatever
    /// is created in that place.
    private func isThere() throws(JournalError) -> Bool {
        if try directory.contains(Self.name) {
            var isDirectory = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            guard !isDirectory else { throw JournalError(.notAJournal, path, detail: "it is a directory") }
            return true
        }
        guard try directory.contains(Self.name + "-wal") else { return false }
        throw JournalError(.corrupted, path, detail: "the file is gone, its -wal is left")
    }

    /// A journal in memory, gone with its last reference.
    static func inMemory() throws(JournalError) -> DatabaseQueue {
        do {
            let database = try DatabaseQueue()
            try database.writeWithoutTransaction { try Schema.migrate($0) }
            return database
        } catch {
            throw JournalError(error, at: ":memory:")
        }
    }

    /// Builds an empty journal beside its place and moves it there: an empty file in its place is damage, never a beginning.
    private func create() throws {
        let draft = "\(Self.name).new"
        for suffix in ["", "-wal", "-shm"] where try directory.contains(draft + suffix) {
            try FileManager.default.removeItem(atPath: directory.file(draft + suffix))
        }
        try directory.createFile(draft)
        let database = try connect(directory.file(draft), readOnly: false)
        try database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try Schema.migrate(database)
            // Closing moves the log into the file as well, but does not say when it could not; and the log stays behind.
            try database.checkpoint(.truncate)
        }
        try database.close()
        try FileManager.default.moveItem(atPath: directory.file(draft), toPath: path)
    }

    /// FULL: a commit that was reported survives a power failure.
    private func connect(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Ours, known, and sound. The check of the tables is bounded by the number of devices; the history, which may be long,
    /// is checked on demand by its chain.
    private func check(_ database: Database) throws {
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
            throw JournalError(.notAJournal, path)
        }
        let version = try Schema.version(of: database)
        guard version <= Schema.version else { throw JournalError(newerSchema: version, at: path) }
        for table in ["settings", "devices", "connections", "chain"] {
            let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(\(table))")
            guard finding == "ok" else { throw JournalError(.corrupted, path, detail: finding ?? "no answer") }
        }
    }

    private func attempt<Value>(_ body: () throws -> Value) throws(JournalError) -> Value {
        do { return try body() } catch { throw JournalError(error, at: path) }
    }
}

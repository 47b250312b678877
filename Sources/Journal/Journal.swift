public import Assignment
import GRDB
public import PCIe
import Synchronization

/// What was recorded of every device, and the history of how it came to be, in an SQLite database.
///
/// One step is one transaction: the state that it led to, the effect that this state waits for (the intent), and an entry of
/// the hash-chained history. Calls block until the commit is on the disk, and follow each other in order.
///
/// Every function that touches the file throws a ``JournalError`` that says what to do, or, behind the engine's contract
/// ``AssignmentJournal``, the same words as ``JournalFailure``.
public final class Journal: Sendable {
    private let database: DatabaseQueue
    private let path: String
    /// Held for as long as the journal is open for writing.
    private let lock: JournalLock?
    private let retention: RetentionPolicy
    /// Whether what others write later is seen. It is not where the journal could only be opened as it stood.
    public let seesChanges: Bool
    /// Steps of effects that did not wait for the journal, and that it could not take yet; oldest first.
    private let deferred = Mutex<[HistoryContent]>([])
    /// The ends of the history as the last commit left them; nil: not read yet. Nobody else writes while the lock is held.
    private let ends = Mutex<HistoryTable.Ends?>(nil)

    private init(
        _ database: DatabaseQueue, at path: String, lock: JournalLock?, retention: RetentionPolicy,
        seesChanges: Bool = true
    ) {
        self.seesChanges = seesChanges
        self.database = database
        self.path = path
        self.lock = lock
        self.retention = retention
    }

    /// Opens the journal of the locked state directory for writing, creating it where there is none.
    ///
    /// A file that is not ours, is damaged, or was written by a newer program is left as it is.
    public static func open(_ lock: JournalLock, retention: RetentionPolicy = .standard) throws(JournalError) -> Journal
    {
        let file = JournalFile(directory: lock.directory)
        return Journal(try file.openForWriting(), at: file.path, lock: lock, retention: retention)
    }

    /// Opens the journal of a state directory for reading, beside whoever writes it. Where there is none, it reads as empty.
    /// Reading needs no room on the disk, and no right to write, unless a manager died and left its log behind.
    public static func openForReading(in directory: StateDirectory) throws(JournalError) -> Journal {
        let file = JournalFile(directory: directory)
        do throws(JournalError) {
            guard let database = try file.openForReading() else { return try inMemory() }
            return Journal(database, at: file.path, lock: nil, retention: .standard)
        } catch {
            guard error.isWantOfWriting, let database = try file.openAsItStands() else { throw error }
            return Journal(database, at: file.path, lock: nil, retention: .standard, seesChanges: false)
        }
    }

    /// A journal that is gone with its last reference.
    public static func inMemory(retention: RetentionPolicy = .standard) throws(JournalError) -> Journal {
        Journal(try JournalFile.inMemory(), at: ":memory:", lock: nil, retention: retention)
    }

    /// Writes what is still to be written, closes the database and gives the lock back; the latter two even when the first
    /// fails.
    public func close() throws(JournalError) {
        defer { lock?.release() }
        let written = Result { () throws(JournalError) in try flush() }
        do { try database.close() } catch { throw JournalError(error, at: path) }
        try written.get()
    }
}

// MARK: - Writing

extension Journal {
    /// How many steps of effects that did not wait for the journal could not be written yet.
    public var unwritten: Int { deferred.withLock(\.count) }

    /// Writes them. The next step that is recorded does so, too.
    public func flush() throws(JournalError) {
        if unwritten > 0 { try write([]) }
    }

    /// Adds a remark to the history.
    public func record(_ note: Note) throws(JournalError) {
        try write([.note(note)])
    }

    /// Remembers what names the device at an address wherever it is plugged in, and says so in the history. A function that
    /// has no record yet is not given one.
    public func identify(_ device: FunctionAddress, as identity: String, at time: UInt64) throws(JournalError) {
        try perform { [self] database in
            try commit(database) { ends in
                try database.execute(
                    sql: "UPDATE devices SET identity = ? WHERE address = ?", arguments: [identity, device.description])
                try append(.note(Note("identity \(identity)", on: device, at: time)), to: &ends, database)
            }
        }
    }

    /// Ties the state directory to a platform, such as `emulated` with its topology's name, when it has none yet.
    ///
    /// Throws `otherPlatform` when it is tied to another: its records would be taken for devices that they do not describe.
    public func bind(toPlatform name: String) throws(JournalError) {
        let bound = try perform { database in
            try database.commit {
                try database.execute(
                    sql: "INSERT INTO settings VALUES ('platform', ?) ON CONFLICT (name) DO NOTHING", arguments: [name])
            }
            return try Self.platform(database)
        }
        guard bound == name else {
            throw JournalError(
                .otherPlatform, "journal \(path) belongs to platform '\(bound ?? "")', not '\(name)'",
                advice: "name another directory with --state-dir")
        }
    }

    /// Writes what waits and then `contents`, all or nothing.
    private func write(_ contents: [HistoryContent]) throws(JournalError) {
        try perform { [self] in try commit(contents, $0) }
    }

    private func commit(_ contents: [HistoryContent], _ database: Database) throws {
        let waiting = deferred.withLock { $0 }
        try commit(database) { ends in
            for content in waiting + contents { try append(content, to: &ends, database) }
        }
        // Steps are taken from the line on the database's queue only, so its front is still what was written.
        deferred.withLock { $0.removeFirst(waiting.count) }
    }

    /// A transaction that appends to the history.
    private func commit(_ database: Database, _ body: (inout HistoryTable.Ends) throws -> Void) throws {
        var next = try ends.withLock { try $0 ?? HistoryTable(database: database).ends() }
        ends.withLock { $0 = nil }
        try database.commit { try body(&next) }
        ends.withLock { $0 = next }
    }

    private func append(_ content: HistoryContent, to ends: inout HistoryTable.Ends, _ database: Database) throws {
        let tables = StateTables(database: database)
        let payload = try JSONText.encode(content)
        func enter(_ kind: HistoryEntry.Kind, on device: FunctionAddress?, at time: UInt64, _ text: String) throws {
            try HistoryTable(database: database).append(
                kind, on: device, at: time, text: text, payload: payload, to: &ends, keeping: retention)
        }
        switch content {
        case .assignment(let step):
            let before = try tables.phase(of: step.device)
            try tables.write(step, payload: payload, entry: ends.next)
            try enter(step.event.kind, on: step.device, at: step.time, step.line(from: before))
        case .connection(let step):
            let before = try tables.name(of: step.dsm)
            try tables.write(step, payload: payload, entry: ends.next)
            try enter(step.event.kind, on: step.dsm, at: step.time, step.line(from: before))
        case .note(let note):
            try enter(.note, on: note.device, at: note.time, note.text)
        }
    }
}

// MARK: - Reading

extension Journal {
    /// Every function that was ever seen, in order of address.
    public func devices() throws(JournalError) -> [DeviceRecord] {
        try perform { try StateTables(database: $0).devices() }
    }

    /// What is known about one function; nil when it was never seen.
    public func device(_ address: FunctionAddress) throws(JournalError) -> DeviceRecord? {
        try perform { try StateTables(database: $0).device(address) }
    }

    /// Every connection that was ever seen, in order of address.
    public func connections() throws(JournalError) -> [ConnectionRecord] {
        try perform { try StateTables(database: $0).connections() }
    }

    /// The effects that were begun and have no outcome, in order of address.
    public func unresolvedIntents() throws(JournalError) -> [Intent] {
        try devices().compactMap(\.intent)
    }

    /// Whether there is a file. A journal that is read where there was none reads as empty, also when one is created later.
    public var isOnDisk: Bool { path != ":memory:" }

    /// A number that changes whenever another process has written.
    public func version() throws(JournalError) -> Int64 {
        try perform { try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    /// The platform that the state directory belongs to; nil when it was never tied to one.
    public func platform() throws(JournalError) -> String? {
        try perform { try Self.platform($0) }
    }

    /// The newest `limit` entries behind `sequence`, of one function or of all, oldest first. Exporting is reading them all.
    public func history(
        of device: FunctionAddress? = nil, after sequence: Int64 = 0, limit: Int = .max
    ) throws(JournalError) -> [HistoryEntry] {
        try perform { try HistoryTable(database: $0).entries(of: device, after: sequence, limit: limit) }
    }

    /// Checks the whole kept history against its chain, as it is at one instant.
    public func verifyHistory() throws(JournalError) -> HistoryVerdict {
        try perform { database in
            var verdict: HistoryVerdict?
            try database.inTransaction(.deferred) {
                verdict = try HistoryTable(database: database).verify()
                return .commit
            }
            return try verdict ?? HistoryTable(database: database).verify()
        }
    }

    private static func platform(_ database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM settings WHERE name = 'platform'")
    }
}

// MARK: - The engine's contract

extension Journal: AssignmentJournal {
    /// Everything recorded.
    public func load() throws(JournalFailure) -> JournalContents {
        do throws(JournalError) {
            let (devices, connections) = (try devices(), try connections())
            return JournalContents(
                assignments: Dictionary(uniqueKeysWithValues: devices.map { ($0.address, $0.state) }),
                connections: Dictionary(uniqueKeysWithValues: connections.map { ($0.dsm, $0.state) }),
                suspicions: devices.reduce(into: [:]) { $0[$1.address] = $1.suspicion })
        } catch {
            throw JournalFailure(error.description)
        }
    }

    /// Commits one step of an assignment.
    ///
    /// The cut, STOP and reset do not wait for the journal. A step that leads to one and cannot be written is kept, although
    /// this throws, and is written ahead of the next step that can be.
    public func record(_ step: AssignmentStep) throws(JournalFailure) {
        do throws(JournalFailure) {
            try record(.assignment(step))
        } catch {
            if step.effect.name.precedesJournal { deferred.withLock { $0.append(.assignment(step)) } }
            throw error
        }
    }

    /// Commits one step of a connection.
    public func record(_ step: ConnectionStep) throws(JournalFailure) {
        try record(.connection(step))
    }

    /// Commits what was noticed about a function. The history says so when where that stands has changed, and why.
    public func record(_ record: SuspicionRecord) throws(JournalFailure) {
        do throws(JournalError) {
            try perform { [self] database in
                try commit(database) { ends in
                    let tables = StateTables(database: database)
                    let before = try tables.standing(of: record.device) ?? .nothing
                    try tables.write(record)
                    if before != record.suspicion.standing {
                        try append(.note(Note(record)), to: &ends, database)
                    }
                }
            }
        } catch {
            throw JournalFailure(error.description)
        }
    }

    private func record(_ content: HistoryContent) throws(JournalFailure) {
        do throws(JournalError) {
            try write([content])
        } catch {
            throw JournalFailure(error.description)
        }
    }
}

extension Journal {
    func perform<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try database.writeWithoutTransaction(body) } catch { throw JournalError(error, at: path) }
    }
}

extension Note {
    /// Where the suspicion about a function stands now.
    fileprivate init(_ record: SuspicionRecord) {
        let isClear = record.suspicion.standing == .nothing
        let text = isClear ? "it has proven itself: nothing is suspected" : record.suspicion.explanation
        self.init(text, on: record.device, at: record.time)
    }
}

import GRDB

/// The journal's tables, as a list of steps: a journal of version n has had the first n of them.
///
/// Both numbers stand in the file's header: `application_id` says that the file is ours, `user_version` how far it is.
enum Schema {
    /// "TDIS".
    static let applicationID: Int32 = 0x5444_4953

    /// The version that this program writes.
    static var version: Int { steps.count }

    /// What leads from each version to the next.
    static let steps = [version1, version2, version3]

    /// Brings an open, writable journal to the version of this program.
    static func migrate(_ database: Database, steps: [String] = steps) throws {
        let present = try version(of: database)
        guard present < steps.count else { return }
        try database.commit {
            for step in steps[present...] { try database.execute(sql: step) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(steps.count)")
        }
    }

    /// The version of an open journal.
    static func version(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Times are nanoseconds since 1970-01-01 UTC (or virtual), states and payloads JSON, `confirmed_state` a TDISP state's
    /// wire value. `pending` is the effect that was begun and has no outcome: the intent.
    private static let version1 = """
        CREATE TABLE settings (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE devices (
            address TEXT NOT NULL PRIMARY KEY,
            identity TEXT,
            phase TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            domain TEXT,
            pending TEXT,
            state TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            confirmed_state INTEGER,
            confirmed_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE connections (
            dsm TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE history (
            sequence INTEGER PRIMARY KEY,
            device TEXT,
            time INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            payload TEXT NOT NULL,
            previous BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX history_by_device ON history (device, sequence);

        -- Where the kept history begins (the last entry that was cut) and ends. One row.
        CREATE TABLE chain (
            id INTEGER PRIMARY KEY CHECK (id = 0),
            cut_sequence INTEGER NOT NULL,
            cut_hash BLOB NOT NULL,
            head_sequence INTEGER NOT NULL,
            head_hash BLOB NOT NULL
        ) STRICT;
        INSERT INTO chain VALUES (0, 0, zeroblob(32), 0, zeroblob(32));
        """

    /// What was noticed about a device that has not proven itself since, as JSON; NULL: nothing.
    private static let version2 = "ALTER TABLE devices ADD COLUMN suspicion TEXT;"

    /// A row of the present names the entry of the history that it stands for (its sequence), so that a step writes no more than
    /// these two. The row of `chain` has the newest entry that no row stands for. A commit that touches half as many pages
    /// takes as much less time on the disk, which is why the history has no index by device either.
    private static let version3 = """
        ALTER TABLE devices ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE connections ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
        DROP INDEX history_by_device;
        """
}

extension Database {
    /// Runs a transaction that may write from its first statement on. It is committed unless `body` throws.
    func commit(_ body: () throws -> Void) throws {
        try execute(cached: "BEGIN IMMEDIATE TRANSACTION")
        do {
            try body()
            try execute(cached: "COMMIT TRANSACTION")
        } catch {
            try? rollback()
            throw error
        }
    }

    /// Runs one statement that is compiled once per connection.
    func execute(cached sql: String, arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

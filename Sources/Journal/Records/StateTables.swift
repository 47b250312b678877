import Assignment
import GRDB
import PCIe
import TDISP

/// The tables of the present: a row per function, a row per connection.
struct StateTables {
    let database: Database

    /// The phase recorded for a function; nil when it was never seen.
    func phase(of device: FunctionAddress) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(sql: "SELECT phase FROM devices WHERE address = ?"),
            arguments: [device.description])
    }

    /// The state's name recorded for a connection; nil when it was never seen.
    func name(of dsm: FunctionAddress) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(sql: "SELECT name FROM connections WHERE dsm = ?"), arguments: [dsm.description])
    }

    /// Writes the state that a step led to; what was confirmed before stays unless the step confirms anew.
    ///
    /// `payload` is the step as the history has it. SQLite takes the state out of it, so that JSON is made once a step.
    /// `entry`: the sequence of that entry.
    func write(_ step: AssignmentStep, payload: String, entry: Int64) throws {
        let confirmed = step.event.confirmedState
        let pending = step.state.pending.name
        try database.execute(
            cached: """
                INSERT INTO devices
                    (address, phase, epoch, domain, pending, state, updated_at, confirmed_state, confirmed_at, entry)
                VALUES (?, ?, ?, ?, ?, json_extract(?, '$.assignment._0.state'), ?, ?, ?, ?)
                ON CONFLICT (address) DO UPDATE SET
                    phase = excluded.phase, epoch = excluded.epoch, domain = excluded.domain, pending = excluded.pending,
                    state = excluded.state, updated_at = excluded.updated_at,
                    confirmed_state = ifnull(excluded.confirmed_state, confirmed_state),
                    confirmed_at = ifnull(excluded.confirmed_at, confirmed_at), entry = excluded.entry
                """,
            arguments: [
                step.device.description, step.state.phase.rawValue, step.state.lineage.epoch.rawValue,
                step.state.domain?.description, pending == .none ? nil : pending.rawValue, payload,
                Int64(bitPattern: step.time), confirmed?.rawValue, confirmed.map { _ in Int64(bitPattern: step.time) },
                entry,
            ])
    }

    /// Writes what was noticed about a function; one that has no record yet is not given one.
    func write(_ record: SuspicionRecord) throws {
        let text = record.suspicion.isEmpty ? nil : try JSONText.encode(record.suspicion)
        try database.execute(
            cached: "UPDATE devices SET suspicion = ? WHERE address = ?",
            arguments: [text, record.device.description])
    }

    /// Where the suspicion about a function stood; nil when nothing was noticed.
    func standing(of device: FunctionAddress) throws -> Suspicion.Standing? {
        try self.device(device)?.suspicion?.standing
    }

    /// Writes the state that a step of a connection led to; `payload` is the step as the history has it, `entry` its sequence.
    func write(_ step: ConnectionStep, payload: String, entry: Int64) throws {
        try database.execute(
            cached: """
                INSERT INTO connections (dsm, name, state, updated_at, entry)
                VALUES (?, ?, json_extract(?, '$.connection._0.state'), ?, ?)
                ON CONFLICT (dsm) DO UPDATE SET
                    name = excluded.name, state = excluded.state, updated_at = excluded.updated_at,
                    entry = excluded.entry
                """,
            arguments: [
                step.dsm.description, step.state.name.rawValue, payload, Int64(bitPattern: step.time), entry,
            ])
    }

    /// Every function that was ever seen, in order of address.
    func devices() throws -> [DeviceRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM devices ORDER BY address").map(Self.device)
    }

    /// One function; nil when it was never seen.
    func device(_ address: FunctionAddress) throws -> DeviceRecord? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM devices WHERE address = ?"), arguments: [address.description]
        ).map(Self.device)
    }

    /// Every connection that was ever seen, in order of address.
    func connections() throws -> [ConnectionRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM connections ORDER BY dsm").map { row in
            let dsm = try row.decode(String.self, forColumn: "dsm")
            return ConnectionRecord(
                dsm: try JSONText.address(dsm),
                state: try JSONText.decode(row.decode(forColumn: "state"), in: "connection of \(dsm)"),
                updatedAt: UInt64(bitPattern: try row.decode(Int64.self, forColumn: "updated_at")))
        }
    }

    private static func device(_ row: Row) throws -> DeviceRecord {
        let address = try row.decode(String.self, forColumn: "address")
        return DeviceRecord(
            address: try JSONText.address(address), identity: try row.decode(forColumn: "identity"),
            state: try JSONText.decode(row.decode(forColumn: "state"), in: "state of \(address)"),
            updatedAt: UInt64(bitPattern: try row.decode(Int64.self, forColumn: "updated_at")),
            confirmed: try confirmed(row), suspicion: try suspicion(row, of: address))
    }

    /// A journal that an older program wrote, opened for reading, has no such column.
    private static func suspicion(_ row: Row, of address: String) throws -> Suspicion? {
        guard row.hasColumn("suspicion"), let text = try row.decode(String?.self, forColumn: "suspicion") else {
            return nil
        }
        return try JSONText.decode(text, in: "what was noticed about \(address)")
    }

    private static func confirmed(_ row: Row) throws -> ConfirmedState? {
        guard let value = try row.decode(UInt8?.self, forColumn: "confirmed_state"),
            let state = TDIState(rawValue: value)
        else { return nil }
        return ConfirmedState(
            state: state, time: UInt64(bitPattern: try row.decode(Int64.self, forColumn: "confirmed_at")))
    }
}

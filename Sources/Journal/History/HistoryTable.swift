import Foundation
import GRDB
import PCIe

extension String {
    fileprivate var onOneLine: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return String(UnicodeScalarView(unicodeScalars.map { $0.isControl ? " " : $0 }))
    }
}

extension Unicode.Scalar {
    /// C0, DEL and C1: what general category Cc consists of, for ever.
    fileprivate var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }
}

/// The hashed fields of an entry, as they stand in the table.
struct HistoryFields {
    var sequence: Int64
    var device: String?
    var time: UInt64
    var kind: String
    var text: String
    var payload: String
}

/// The history's table and the chain through it.
struct HistoryTable {
    let database: Database

    /// The ends of the chain: the last entry that was cut, the newest one.
    struct Ends {
        var cut: (sequence: Int64, hash: ChainHash)
        var head: (sequence: Int64, hash: ChainHash)
        /// The number of the next entry.
        var next: Int64 { head.sequence + 1 }
    }

    /// Appends an entry and cuts what the policy no longer keeps. An entry that no row of the present stands for is named by
    /// the chain's own row.
    ///
    /// `text` may quote a device or a hypervisor, so control characters, which could steer a terminal, become spaces.
    func append(
        _ kind: HistoryEntry.Kind, on device: FunctionAddress?, at time: UInt64, text: String, payload: String,
        to ends: inout Ends, keeping policy: RetentionPolicy
    ) throws {
        let fields = HistoryFields(
            sequence: ends.next, device: device?.description, time: time, kind: kind.rawValue,
            text: text.onOneLine, payload: payload)
        let hash = try ChainHash(linking: fields, to: ends.head.hash)
        try database.execute(
            cached: "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                fields.sequence, fields.device, Int64(bitPattern: time), fields.kind, fields.text, payload,
                Data(ends.head.hash.bytes), Data(hash.bytes),
            ])
        ends.head = (fields.sequence, hash)
        let isCut = try cut(&ends, keeping: policy)
        guard isCut || kind == .note else { return }
        try database.execute(
            cached: "UPDATE chain SET cut_sequence = ?, cut_hash = ?, head_sequence = ?, head_hash = ?",
            arguments: [ends.cut.sequence, Data(ends.cut.hash.bytes), ends.head.sequence, Data(ends.head.hash.bytes)])
    }

    /// The newest `limit` entries behind `sequence`, oldest first.
    func entries(of device: FunctionAddress?, after sequence: Int64, limit: Int) throws -> [HistoryEntry] {
        let order = "ORDER BY sequence DESC LIMIT ?"
        let rows =
            if let device {
                try Row.fetchAll(
                    database, sql: "SELECT * FROM history WHERE device = ? AND sequence > ? \(order)",
                    arguments: [device.description, sequence, max(0, limit)])
            } else {
                try Row.fetchAll(
                    database, sql: "SELECT * FROM history WHERE sequence > ? \(order)",
                    arguments: [sequence, max(0, limit)])
            }
        return try rows.reversed().map(Self.entry)
    }

    /// Walks the whole chain.
    func verify() throws -> HistoryVerdict {
        let (chain, newest) = (try chain(), try newest())
        var last = chain.cut
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM history ORDER BY sequence")
        while let row = try rows.next() {
            let fields = try Self.fields(row)
            guard fields.sequence == last.sequence + 1 else { return .broken(sequence: last.sequence + 1, .missing) }
            guard fields.sequence <= newest else { return .broken(sequence: fields.sequence, .added) }
            guard try Self.hash(row, "previous") == last.hash else {
                return .broken(sequence: fields.sequence, .unlinked)
            }
            let hash = try ChainHash(linking: fields, to: last.hash)
            guard try Self.hash(row, "hash") == hash else { return .broken(sequence: fields.sequence, .altered) }
            last = (fields.sequence, hash)
            guard last.sequence != chain.head.sequence || last.hash == chain.head.hash else {
                return .broken(sequence: last.sequence, .altered)
            }
        }
        guard last.sequence == newest else { return .broken(sequence: last.sequence + 1, .missing) }
        return .intact(entries: Int(last.sequence - chain.cut.sequence), head: last.hash)
    }

    /// Cuts the oldest entries, one in a hundred at a time, but only what is there: a gap is left for ``verify()`` to find.
    private func cut(_ ends: inout Ends, keeping policy: RetentionPolicy) throws -> Bool {
        let sequence = ends.head.sequence - Int64(policy.entries)
        guard sequence > ends.cut.sequence + Int64(policy.entries / 100),
            let row = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT hash FROM history WHERE sequence = ?"), arguments: [sequence])
        else { return false }
        ends.cut = (sequence, try Self.hash(row, "hash"))
        try database.execute(cached: "DELETE FROM history WHERE sequence <= ?", arguments: [sequence])
        return true
    }

    /// Where the next entry goes. One that is missing at the end stays missing: its number is not given again.
    func ends() throws -> Ends {
        let chain = try chain()
        let row = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM history ORDER BY sequence DESC LIMIT 1")
        let last = try row.map { (try $0.decode(Int64.self, forColumn: "sequence"), try Self.hash($0, "hash")) }
        return Ends(cut: chain.cut, head: (try newest(), last?.1 ?? chain.cut.hash))
    }

    /// The number of the newest entry that was ever written, by the chain's row and by the rows of the present.
    private func newest() throws -> Int64 {
        let tables = try ["devices", "connections"].filter {
            try database.columns(in: $0).contains { $0.name == "entry" }
        }
        let entries = try tables.map { try Int64.fetchOne(database, sql: "SELECT max(entry) FROM \($0)") ?? 0 }
        return max(try chain().head.sequence, entries.max() ?? 0)
    }

    /// The chain's row: the last entry that was cut, and the newest one that no row of the present stands for.
    private func chain() throws -> Ends {
        guard let row = try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM chain")) else {
            throw JSONText.Unreadable(description: "the ends of the history are missing")
        }
        return Ends(
            cut: (try row.decode(forColumn: "cut_sequence"), try Self.hash(row, "cut_hash")),
            head: (try row.decode(forColumn: "head_sequence"), try Self.hash(row, "head_hash")))
    }

    private static func hash(_ row: Row, _ column: String) throws -> ChainHash {
        ChainHash(bytes: [UInt8](try row.decode(Data.self, forColumn: column)))
    }

    private static func fields(_ row: Row) throws -> HistoryFields {
        HistoryFields(
            sequence: try row.decode(forColumn: "sequence"), device: try row.decode(forColumn: "device"),
            time: UInt64(bitPattern: try row.decode(Int64.self, forColumn: "time")),
            kind: try row.decode(forColumn: "kind"),
            text: try row.decode(forColumn: "text"), payload: try row.decode(forColumn: "payload"))
    }

    private static func entry(_ row: Row) throws -> HistoryEntry {
        let fields = try fields(row)
        guard let kind = HistoryEntry.Kind(rawValue: fields.kind) else {
            throw JSONText.Unreadable(
                description: "history entry \(fields.sequence) is of unknown kind '\(fields.kind)'")
        }
        return HistoryEntry(
            sequence: fields.sequence, device: try fields.device.map(JSONText.address), time: fields.time, kind: kind,
            text: fields.text, payload: fields.payload, previous: try hash(row, "previous"), hash: try hash(row, "hash")
        )
    }
}

public import Assignment
public import PCIe

/// One entry of the history, as it is listed and exported.
public struct HistoryEntry: Hashable, Sendable, Codable {
    /// What gave rise to an entry.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Someone asked for something.
        case request
        /// An effect ended.
        case outcome
        /// Something was noticed.
        case observation
        /// A remark of the manager's.
        case note
    }

    /// Position, counted from 1 without gaps.
    public let sequence: Int64
    /// The function, or nil for what concerns the whole host.
    public let device: FunctionAddress?
    /// Nanoseconds since 1970-01-01 UTC, or virtual time.
    public let time: UInt64
    /// What gave rise to it.
    public let kind: Kind
    /// One line for an operator: what went in, where it led, what was begun.
    public let text: String
    /// The step as JSON, from which a scenario can be made; see ``content()``.
    public let payload: String
    /// The hash of the entry before.
    public let previous: ChainHash
    /// The hash of this entry.
    public let hash: ChainHash

    /// What was recorded. Throws ``JournalError`` `unreadableRecord` when a program of another version wrote it.
    public func content() throws(JournalError) -> HistoryContent {
        do {
            return try JSONText.decode(payload, in: "history entry \(sequence)")
        } catch {
            throw JournalError(
                .unreadableRecord, error.description, advice: "read it with the program that wrote it")
        }
    }
}

/// What one entry records.
public enum HistoryContent: Hashable, Sendable, Codable {
    /// A step of an assignment.
    case assignment(AssignmentStep)
    /// A step of a connection.
    case connection(ConnectionStep)
    /// A remark, about a function or the whole host.
    case note(Note)
}

/// A remark.
public struct Note: Hashable, Sendable, Codable {
    /// The function, or nil for what concerns the whole host.
    public let device: FunctionAddress?
    /// One line.
    public let text: String
    /// Nanoseconds.
    public let time: UInt64

    /// Creates a remark.
    public init(_ text: String, on device: FunctionAddress? = nil, at time: UInt64) {
        self.device = device
        self.text = text
        self.time = time
    }
}

/// How much history is kept.
public struct RetentionPolicy: Hashable, Sendable {
    /// The newest so many entries; at least 1.
    public let entries: Int

    /// Keeps the newest `entries`.
    public init(entries: Int) { self.entries = max(1, entries) }

    /// The newest 100,000 entries, some 100 MB at most.
    public static let standard = RetentionPolicy(entries: 100_000)
}

/// What became of a check of the whole history.
///
/// The chain finds damage and edits of single entries. It does not stop someone who may write the file and computes all
/// hashes anew: against that, keep the head somewhere else and compare.
public enum HistoryVerdict: Hashable, Sendable, Codable {
    /// All kept entries are as they were written. `head` is the newest entry's hash.
    case intact(entries: Int, head: ChainHash)
    /// The first entry that is not as it was written.
    case broken(sequence: Int64, HistoryFault)
}

/// What is wrong with an entry of the history.
public enum HistoryFault: String, Hashable, Sendable, Codable, CaseIterable {
    /// The entry is not there.
    case missing
    /// It is not the one that was written there.
    case altered
    /// It names another predecessor than the entry before it.
    case unlinked
    /// It stands behind the last one that was written.
    case added
}

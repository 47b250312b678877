/// The journal, its lock or its directory cannot be used. What was to be written in that transaction was not.
public struct JournalError: Error, Hashable, Sendable {
    /// What kind of trouble; the raw value is stable and never reused.
    public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
        /// Neither an option nor the environment says where state belongs.
        case noStateDirectory = "no-state-directory"
        /// The state directory belongs to someone else, others may write to it, or it is not a directory.
        case unsafeDirectory = "unsafe-directory"
        /// The operating system denies access.
        case denied
        /// Another mutating manager holds the state directory.
        case held
        /// The file is not a journal of ours.
        case notAJournal = "not-a-journal"
        /// The file is damaged.
        case corrupted
        /// A newer program wrote the journal.
        case newerSchema = "newer-schema"
        /// The state directory belongs to another platform.
        case otherPlatform = "other-platform"
        /// The device that holds the journal is full.
        case diskFull = "disk-full"
        /// The journal was opened for reading, or its file system is read-only.
        case readOnly = "read-only"
        /// Another program keeps the database locked.
        case locked
        /// The disk failed.
        case inputOutput = "input-output"
        /// A record has a form that this program does not know.
        case unreadableRecord = "unreadable-record"
        /// Anything else: a fault of this program.
        case internalFault = "internal-fault"
    }

    /// What kind of trouble.
    public let code: Code
    /// What was seen, one clause.
    public let message: String
    /// What to do about it, one clause.
    public let advice: String
    /// Who holds the state directory, where that is the trouble and the holder has written its name.
    public let holder: LockHolder?

    /// Creates an error.
    public init(_ code: Code, _ message: String, advice: String, holder: LockHolder? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
        self.holder = holder
    }
}

extension JournalError {
    /// Whether it may come of nothing but that something cannot be written.
    var isWantOfWriting: Bool {
        switch code {
        case .diskFull, .readOnly, .denied: true
        case .noStateDirectory, .unsafeDirectory, .held, .notAJournal, .corrupted, .newerSchema, .otherPlatform,
            .locked, .inputOutput, .unreadableRecord, .internalFault:
            false
        }
    }
}

extension JournalError: CustomStringConvertible {
    /// One line: what was seen and what to do.
    public var description: String { "\(message); \(advice)" }
}

import GRDB

extension JournalError {
    /// Whatever went wrong with the journal at `path`, in our terms.
    init(_ error: any Error, at path: String) {
        switch error {
        case let error as JournalError: self = error
        case let error as DatabaseError:
            self.init(
                Code(error.extendedResultCode), path,
                detail: "\(error.message ?? "no message"), code \(error.extendedResultCode.rawValue)")
        case let error as JSONText.Unreadable: self.init(.unreadableRecord, path, detail: error.description)
        case let error as RowDecodingError: self.init(.unreadableRecord, path, detail: "\(error)")
        default: self.init(.internalFault, path, detail: "\(error)")
        }
    }

    /// A newer program wrote the journal.
    init(newerSchema version: Int, at path: String) {
        self.init(
            .newerSchema,
            "journal \(path) has schema \(version), and this program knows schemas up to \(Schema.version)",
            advice: "use the newer program, or name another directory with --state-dir")
    }

    /// Trouble with the journal at `path`, with SQLite's own words as detail.
    init(_ code: Code, _ path: String, detail: String? = nil) {
        let (message, advice) = code.words(journal: path)
        self.init(code, message + (detail.map { " (\($0))" } ?? ""), advice: advice)
    }
}

extension JournalError.Code {
    /// The kind of trouble behind SQLite's extended result code (sqlite.org/rescode.html). On a full disk the first thing that
    /// finds no room is the shared memory file beside a journal that is opened.
    init(_ result: ResultCode) {
        self =
            switch result.primaryResultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_READONLY: .readOnly
            case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: .locked
            case .SQLITE_NOTADB: .notAJournal
            case .SQLITE_CORRUPT, .SQLITE_FORMAT: .corrupted
            case .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN: .denied
            case .SQLITE_IOERR: result == .SQLITE_IOERR_SHMSIZE ? .diskFull : .inputOutput
            default: .internalFault
            }
    }

    fileprivate func words(journal path: String) -> (message: String, advice: String) {
        let aside =
            "keep it for audit: move \(path), -wal and -shm away together, and the devices are asked where they are"
        return switch self {
        case .diskFull: ("journal \(path): the disk is full", "free space and try again")
        case .readOnly: ("journal \(path) can only be read", "make its file system and its files writable")
        case .locked: ("journal \(path) is locked by another program", "end that program and try again")
        case .notAJournal:
            (
                "\(path) is not a journal of this program, or its header is lost",
                "look at the file, or use another --state-dir"
            )
        case .corrupted: ("journal \(path) is damaged", aside)
        case .denied: ("journal \(path) cannot be opened", "check the permissions of the file and its directory")
        case .inputOutput: ("journal \(path): the disk failed", "look at the kernel's log, then try again")
        case .unreadableRecord: ("journal \(path) holds a record that cannot be read", aside)
        case .noStateDirectory, .unsafeDirectory, .held, .newerSchema, .otherPlatform, .internalFault:
            ("journal \(path): \(rawValue)", "report this fault")
        }
    }
}

internal import Assignment
internal import Journal

extension Failure {
    /// A platform that cannot be asked.
    init(_ error: PlatformError) {
        self.init(error.code.status, error.message)
        if error.code == .noSpace { next = "free space and try again" }
        if error.code == .unsupported { next = "tdispctl --help; to explore: tdispctl list --topology demo" }
    }

    /// A journal that cannot be read by who wants to look at the host.
    static func unreadableRecord(_ error: JournalError) -> Failure {
        Failure(.failed, "the record cannot be read: \(error.message)", next: error.advice)
    }

    /// A journal that cannot be used.
    init(_ error: JournalError) {
        self.init(error.code == .held ? .busy : .failed, error.message, next: error.advice)
        isOfJournal = error.code != .held
    }
}

extension PlatformError.Code {
    /// The exit code.
    var status: ExitStatus {
        switch self {
        case .unreachable: .unreachable
        case .noSuchDevice, .noSuchDomain, .noSuchFile: .notFound
        case .unsupported: .lacking
        case .invalidInput: .usage
        case .denied, .noSpace: .failed
        }
    }
}

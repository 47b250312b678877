internal import Assignment
internal import Journal

extension Failure {
    /// A platform that cannot be asked.
    init(_ error: PlatformError) {
        let status: ExitStatus =
            switch error.code {
            case .unreachable: .unreachable
            case .noSuchDevice, .noSuchDomain: .notFound
            case .unsupported: .lacking
            case .invalidInput: .usage
            case .denied: .failed
            }
        self.init(status, error.message)
        if error.code == .unsupported { next = "tdispctl --help; to explore: tdispctl list --topology demo" }
    }

    /// A journal that cannot be used.
    init(_ error: JournalError) {
        self.init(error.code == .held ? .busy : .failed, error.message, next: error.advice)
    }
}

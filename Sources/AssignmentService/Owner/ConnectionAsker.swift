import Assignment

/// One who asked something of the connection, and is owed the first news that answer it, whoever brings them about.
final class ConnectionAsker {
    private let request: ConnectionEvent
    private let generation: UInt32
    private(set) var answer: ConnectionNews?
    private var waiter: CheckedContinuation<ConnectionNews, Never>?

    /// Somebody who asks while the connection is of this generation.
    init(_ request: ConnectionEvent, at generation: UInt32) {
        self.request = request
        self.generation = generation
    }

    /// Listens to news.
    func hear(_ news: ConnectionNews) {
        guard answer == nil, isAnswered(by: news) else { return }
        answer = news
        waiter?.resume(returning: news)
        waiter = nil
    }

    /// The news that answer.
    func wait() async -> ConnectionNews {
        if let answer { return answer }
        return await withCheckedContinuation { waiter = $0 }
    }

    /// A connection that is ready has new keys only when it is a new one.
    private func isAnswered(by news: ConnectionNews) -> Bool {
        guard case .rekey = request, case .ready(let ready) = news else { return true }
        return ready > generation
    }
}

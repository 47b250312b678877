internal import Dispatch
internal import Foundation
internal import Synchronization

/// Ctrl-C and SIGTERM, heard and not obeyed while work has to be brought to an end in order.
final class Interruption: Sendable {
    private let count = Mutex(0)

    /// Whether one came.
    var happened: Bool { count.withLock { $0 > 0 } }

    /// Runs `work`; `heard` is told of every signal that comes meanwhile: its number, and how many came before it.
    func during<Value, Trouble>(
        _ work: () async throws(Trouble) -> Value, heard: @escaping @Sendable (_ signal: Int32, _ earlier: Int) -> Void
    ) async throws(Trouble) -> Value {
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let earlier = self.count.withLock { count in
                    defer { count += 1 }
                    return count
                }
                heard(number, earlier)
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await work()
    }

    /// Ends the process at once, with the exit code that a shell gives one that a signal ended.
    static func obey(_ signal: Int32) -> Never { _exit(128 + signal) }
}

internal import Dispatch
internal import Foundation
internal import Synchronization

/// One direction of standard input and output: a pipe, a socket or a file, read or written by a thread of its own, as not
/// every descriptor can be waited for.
struct PipeEnd: Sendable {
    private let file: FileHandle
    private let queue = DispatchQueue(label: "standard input or output")

    /// Uses a descriptor, and leaves it open.
    init(_ descriptor: Int32) { file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false) }

    /// Reads exactly `count` bytes. After a cancelled reading no other can be relied on.
    func read(_ count: Int) async throws(TransportError) -> [UInt8] {
        let bytes = try await perform { try file.read(upToCount: count).map { [UInt8]($0) } ?? [] }
        guard bytes.count == count else { throw .closed }
        return bytes
    }

    /// Writes all bytes. After a cancelled writing no other can be relied on.
    func write(_ bytes: [UInt8]) async throws(TransportError) {
        try await perform { try file.write(contentsOf: Data(bytes)) }
    }

    /// Lets the thread do something that may block, and waits for it until cancelled.
    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(TransportError) -> Value {
        let outcome = Outcome<Value>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                outcome.await(continuation)
                queue.async { outcome.settle(Result(catching: body).mapError { TransportError($0) }) }
            }
        } onCancel: {
            outcome.settle(.failure(.ended))
        }
        return try result.get()
    }

    /// What is settled once, by the thread or by the cancellation, before or after somebody waits for it.
    private final class Outcome<Value: Sendable>: Sendable {
        typealias Settled = Result<Value, TransportError>

        private enum State {
            case pending
            case awaited(CheckedContinuation<Settled, Never>)
            case settled(Settled)
            case told
        }

        private let state = Mutex(State.pending)

        func await(_ continuation: CheckedContinuation<Settled, Never>) {
            state.withLock { state in
                switch state {
                case .settled(let result):
                    state = .told
                    continuation.resume(returning: result)
                case .pending, .awaited, .told: state = .awaited(continuation)
                }
            }
        }

        func settle(_ result: Settled) {
            state.withLock { state in
                switch state {
                case .pending: state = .settled(result)
                case .awaited(let continuation):
                    state = .told
                    continuation.resume(returning: result)
                case .settled, .told: break
                }
            }
        }
    }
}

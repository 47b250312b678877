internal import Dispatch
internal import Synchronization

extension DispatchQueue {
    /// Lets the queue's thread do something that may block, and waits for it until cancelled; the thread then blocks on
    /// alone. Throws what the call throws, or `ended`.
    func blocking<Value: Sendable>(
        _ call: @escaping @Sendable () throws -> Value
    ) async throws(TransportError) -> Value {
        let outcome = Outcome<Value>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                outcome.await(continuation)
                self.async { outcome.settle(Result(catching: call).mapError { TransportError($0) }) }
            }
        } onCancel: {
            outcome.settle(.failure(.ended))
        }
        return try result.get()
    }
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

internal import Synchronization

/// Wakes all who listen.
final class Bell: Sendable {
    private struct Listeners {
        var number: UInt64 = 0
        var all: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    /// Wakes everybody who listens.
    func ring() {
        for listener in listeners.withLock({ $0.all.values }) { listener.yield() }
    }

    /// Waits, from before `look` until it finds something, and so many nanoseconds at most; then looks once more.
    func wait<Found: Sendable>(
        _ patience: UInt64, isolation: isolated (any Actor)? = #isolation, for look: () -> Found?
    ) async -> Found? {
        let (rings, number) = listen()
        defer { listeners.withLock { $0.all[number] = nil } }
        if let found = look() { return found }
        let alarm = Task {
            // Cancelled: it was found.
            do { try await Task.sleep(nanoseconds: patience) } catch { return }
            listeners.withLock { $0.all[number] }?.finish()
        }
        defer { alarm.cancel() }
        for await _ in rings {
            if let found = look() { return found }
        }
        return nil
    }

    private func listen() -> (rings: AsyncStream<Void>, number: UInt64) {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners in
            listeners.number += 1
            listeners.all[listeners.number] = continuation
            return listeners.number
        }
        return (stream, number)
    }
}

import Synchronization

/// A bounded queue between libvirt's thread, which must never wait, and one reader.
///
/// Keeps the oldest events. Where some had to be dropped, the reader finds an ``LibvirtEvent/eventsLost(count:)`` in
/// their place; `AsyncStream`'s own buffer would tell only the writer.
final class EventMailbox: Sendable {
    private struct State {
        var events: [LibvirtEvent] = []
        var reader: CheckedContinuation<LibvirtEvent?, Never>?
        var isFinished = false

        mutating func keep(_ event: LibvirtEvent, capacity: Int) {
            if events.count < capacity {
                events.append(event)
            } else if case .eventsLost(let count) = events.last {
                events[events.count - 1] = .eventsLost(count: count + 1)
            } else {
                events.append(.eventsLost(count: 1))
            }
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// Creates a mailbox for at most `capacity` unread events, and one note of those lost.
    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Hands `event` to the reader, or keeps it, or counts it as lost.
    func post(_ event: LibvirtEvent) {
        let reader = state.withLock { state in
            if state.reader != nil || state.isFinished { return state.reader.take() }
            state.keep(event, capacity: capacity)
            return nil
        }
        reader?.resume(returning: event)
    }

    /// The oldest event, as soon as there is one; nil after ``finish()`` and when the task is cancelled.
    ///
    /// There is one reader: a second one that starts to wait ends the first.
    func next() async -> LibvirtEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (ready, earlier) = state.withLock { Self.take(from: &$0, or: continuation) }
                earlier?.resume(returning: nil)
                if let ready { continuation.resume(returning: ready.event) }
            }
        } onCancel: {
            endReader()
        }
    }

    /// Ends the reader behind the events that are left.
    func finish() {
        state.withLock { $0.isFinished = true }
        endReader()
    }

    private struct Ready { var event: LibvirtEvent? }

    private static func take(
        from state: inout State, or reader: CheckedContinuation<LibvirtEvent?, Never>
    ) -> (ready: Ready?, earlier: CheckedContinuation<LibvirtEvent?, Never>?) {
        if !state.events.isEmpty { return (Ready(event: state.events.removeFirst()), nil) }
        if state.isFinished || Task.isCancelled { return (Ready(event: nil), nil) }
        defer { state.reader = reader }
        return (nil, state.reader)
    }

    private func endReader() { state.withLock { $0.reader.take() }?.resume(returning: nil) }
}

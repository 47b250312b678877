/// The clock that bounds a conversation. A value, so that a test can have one that it moves itself.
public struct ConversationClock: Sendable {
    /// The time since any fixed moment. It never goes back.
    public var now: @Sendable () -> Duration
    /// Waits. Throws when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    /// Creates a clock.
    public init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The system's, which also runs while the machine is suspended.
    public static var system: ConversationClock {
        let start = ContinuousClock.now
        return ConversationClock(now: { start.duration(to: .now) }, sleep: { try await Task.sleep(for: $0) })
    }
}

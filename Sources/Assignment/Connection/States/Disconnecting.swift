/// Stream and session are being ended. Idempotent, so it may be repeated, bounded.
public struct Disconnecting: Hashable, Sendable, Codable {
    /// What follows.
    public enum Next: String, Hashable, Sendable, Codable, CaseIterable {
        case rest, connect, connectForRekey
    }

    /// How many times this DSM was connected.
    public let generation: UInt32
    /// What follows.
    public let next: Next
    /// Attempts made so far.
    public let attempts: UInt8

    /// How often the effect is tried in all.
    public static let attemptLimit: UInt8 = 3

    static func begin(generation: UInt32, then next: Next) -> ConnectionTransition {
        ConnectionTransition(
            .disconnecting(Disconnecting(generation: generation, next: next, attempts: 1)), .disconnect)
    }

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .finished(let name, let outcome):
            name == .disconnect ? finished(outcome) : ConnectionTransition(.disconnecting(self), .none)
        case .require:
            ConnectionTransition(
                .disconnecting(Disconnecting(generation: generation, next: .connect, attempts: attempts)), .none)
        case .rekey:
            ConnectionTransition(
                .disconnecting(Disconnecting(generation: generation, next: .connectForRekey, attempts: attempts)), .none
            )
        case .disconnect, .lost: ConnectionTransition(.disconnecting(self), .none)
        case .restarted: Self.begin(generation: generation, then: .rest)
        }
    }

    private func finished(_ outcome: Outcome) -> ConnectionTransition {
        switch outcome {
        case .succeeded:
            switch next {
            case .rest: ConnectionTransition(.none(NotConnected(generation: generation)), .announce(.ended))
            case .connect: Connecting.begin(after: generation, purpose: .ready)
            case .connectForRekey: Connecting.begin(after: generation, purpose: .rekey)
            }
        case .failed, .unknown:
            attempts < Self.attemptLimit
                ? ConnectionTransition(
                    .disconnecting(Disconnecting(generation: generation, next: next, attempts: attempts + 1)),
                    .disconnect)
                : giveUp()
        }
    }

    private func giveUp() -> ConnectionTransition {
        let lost = ConnectionState.lost(Lost(generation: generation, loss: .outcomeUnknown))
        return switch next {
        case .rest, .connect: ConnectionTransition(lost, .announce(.unavailable(.timedOut)))
        case .connectForRekey: ConnectionTransition(lost, .announce(.rekeyFailed(.timedOut)))
        }
    }
}

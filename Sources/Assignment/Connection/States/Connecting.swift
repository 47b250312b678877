/// Session and stream are being opened.
public struct Connecting: Hashable, Sendable, Codable {
    /// What the new connection is for.
    public enum Purpose: String, Hashable, Sendable, Codable, CaseIterable {
        /// A TDI needs it.
        case ready
        /// New keys were owed, and the platform has no live refresh.
        case rekey
    }

    /// The generation that this connection will have.
    public let generation: UInt32
    /// What it is for.
    public let purpose: Purpose

    static func begin(after generation: UInt32, purpose: Purpose) -> ConnectionTransition {
        ConnectionTransition(.connecting(Connecting(generation: generation &+ 1, purpose: purpose)), .connect)
    }

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .finished(let name, let outcome):
            name == .connect ? finished(outcome) : ConnectionTransition(.connecting(self), .none)
        case .require, .rekey: ConnectionTransition(.connecting(self), .none)
        case .disconnect(_, force: false): ConnectionTransition(.connecting(self), .refuse(Refusal(.busy)))
        case .disconnect(_, force: true), .restarted: Disconnecting.begin(generation: generation, then: .rest)
        case .lost(let loss): Lost.enter(generation: generation, loss: loss)
        }
    }

    private func finished(_ outcome: Outcome) -> ConnectionTransition {
        switch outcome {
        case .succeeded:
            ConnectionTransition(
                .connected(Connected(generation: generation)),
                .announce(purpose == .ready ? .ready(generation: generation) : .rekeyed(generation: generation)))
        case .failed(let reason):
            ConnectionTransition(
                .none(NotConnected(generation: generation)),
                .announce(purpose == .ready ? .unavailable(reason) : .rekeyFailed(reason)))
        case .unknown: Lost.enter(generation: generation, loss: .outcomeUnknown)
        }
    }
}

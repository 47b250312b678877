/// The stream's other key set is being programmed and switched to.
public struct Refreshing: Hashable, Sendable, Codable {
    /// How many times this DSM was connected.
    public let generation: UInt32
    /// TDIs that a reconnect would take along.
    public let lockedTDIs: UInt16

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .finished(let name, let outcome):
            name == .refreshKeys ? finished(outcome) : ConnectionTransition(.refreshing(self), .none)
        case .require: ConnectionTransition(.refreshing(self), .announce(.ready(generation: generation)))
        case .rekey(let locked):
            ConnectionTransition(
                .refreshing(Refreshing(generation: generation, lockedTDIs: max(lockedTDIs, locked))), .none)
        case .disconnect(_, force: false): ConnectionTransition(.refreshing(self), .refuse(Refusal(.busy)))
        case .disconnect(_, force: true): Disconnecting.begin(generation: generation, then: .rest)
        case .lost(let loss): Lost.enter(generation: generation, loss: loss)
        case .restarted(alive: _): Lost.enter(generation: generation, loss: .outcomeUnknown)
        }
    }

    /// Where a live refresh fails, a reconnect brings new keys too, unless it would take locked TDIs along.
    private func finished(_ outcome: Outcome) -> ConnectionTransition {
        switch outcome {
        case .succeeded:
            ConnectionTransition(
                .connected(Connected(generation: generation)), .announce(.rekeyed(generation: generation)))
        case .failed(let reason):
            lockedTDIs == 0
                ? Disconnecting.begin(generation: generation, then: .connectForRekey)
                : ConnectionTransition(.connected(Connected(generation: generation)), .announce(.rekeyFailed(reason)))
        case .unknown: Lost.enter(generation: generation, loss: .outcomeUnknown)
        }
    }
}

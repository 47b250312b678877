/// A session lives and the stream is Secure.
public struct Connected: Hashable, Sendable, Codable {
    /// How many times this DSM was connected.
    public let generation: UInt32

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .require: ConnectionTransition(.connected(self), .announce(.ready(generation: generation)))
        case .rekey(let locked):
            ConnectionTransition(.refreshing(Refreshing(generation: generation, lockedTDIs: locked)), .refreshKeys)
        case .disconnect(let locked, let force):
            locked > 0 && !force
                ? ConnectionTransition(.connected(self), .refuse(Refusal(.connectionInUse, rule: .oneOwner)))
                : Disconnecting.begin(generation: generation, then: .rest)
        case .lost(let loss): Lost.enter(generation: generation, loss: loss)
        case .restarted(alive: false): Lost.enter(generation: generation, loss: .sessionLost)
        case .restarted(alive: true), .finished: ConnectionTransition(.connected(self), .none)
        }
    }
}

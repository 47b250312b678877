/// No session, no keys. Whatever keys there were are gone.
public struct NotConnected: Hashable, Sendable, Codable {
    /// How many times this DSM was connected.
    public let generation: UInt32

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .require: Connecting.begin(after: generation, purpose: .ready)
        case .rekey: ConnectionTransition(.none(self), .announce(.rekeyed(generation: generation)))
        case .disconnect: ConnectionTransition(.none(self), .announce(.ended))
        case .restarted(alive: true): Disconnecting.begin(generation: generation, then: .rest)
        case .restarted(alive: false), .finished, .lost: ConnectionTransition(.none(self), .none)
        }
    }
}

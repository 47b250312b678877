/// Session or stream went away, or nobody knows. Torn down before it is opened again.
public struct Lost: Hashable, Sendable, Codable {
    /// How many times this DSM was connected.
    public let generation: UInt32
    /// Why.
    public let loss: ConnectionLoss

    static func enter(generation: UInt32, loss: ConnectionLoss) -> ConnectionTransition {
        ConnectionTransition(.lost(Lost(generation: generation, loss: loss)), .announce(.lost(loss)))
    }

    func on(_ event: ConnectionEvent) -> ConnectionTransition {
        switch event {
        case .require: Disconnecting.begin(generation: generation, then: .connect)
        case .rekey: Disconnecting.begin(generation: generation, then: .connectForRekey)
        case .disconnect: Disconnecting.begin(generation: generation, then: .rest)
        case .finished, .lost, .restarted: ConnectionTransition(.lost(self), .none)
        }
    }
}

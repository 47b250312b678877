/// Where the owner of a ``TDI`` keeps its nonce: at most one, known by its epoch, good for one START.
///
/// Not copyable, so that a nonce cannot survive in a copy; wiped when it is consumed, destroyed or replaced.
public struct NonceVault: ~Copyable, Sendable {
    private var epoch: TDI.LockEpoch?
    private var nonce = StartNonce(InlineArray(repeating: 0))

    /// Creates an empty vault.
    public init() {}

    /// Keeps the nonce of a new epoch and forgets any other.
    public mutating func keep(_ nonce: StartNonce, of epoch: TDI.LockEpoch) {
        self.nonce = nonce
        self.epoch = epoch
    }

    /// Carries out ``TDI/Effect/consumeNonce(_:of:)``: compares in constant time, destroys the kept nonce if equal.
    public mutating func consume(_ candidate: StartNonce, of epoch: TDI.LockEpoch) -> TDI.Outcome {
        guard self.epoch == epoch, candidate == nonce else { return .nonceRejected(epoch) }
        destroy()
        return .nonceConsumed(epoch)
    }

    /// Destroys what is kept.
    public mutating func destroy() {
        nonce = StartNonce(InlineArray(repeating: 0))
        epoch = nil
    }
}

extension TDIRequester {
    /// What can be asked for.
    public enum Operation: Hashable, Sendable {
        /// Agree on the version and read the capabilities. The first operation in a session.
        case negotiate
        /// Lock the interface.
        case lock(LockInterfaceRequest)
        /// Read the whole interface report.
        case fetchReport
        /// Enter RUN, with the nonce that the owner keeps.
        case start
        /// Return to CONFIG_UNLOCKED; asks the state first.
        case stop
        /// Return to CONFIG_UNLOCKED; STOP is the first thing sent. For when private operation must end now.
        case revoke
        /// Read the state.
        case queryState
        /// Use a stream for peer-to-peer traffic, use it no more, or open or close pages of an updatable MMIO range.
        case adjust(TDI.Adjustment)
    }

    /// What goes in.
    public enum Event: Equatable, Sendable {
        /// Do this. Only while idle.
        case begin(Operation)
        /// The TDISP bytes of a VENDOR_DEFINED_RESPONSE.
        case received([UInt8])
        /// No answer came, or the session does not carry messages any more.
        case timedOut
        /// The wait is over.
        case waited
        /// The nonce of the lock, as ``Effect/storeNonce(_:thenSend:)`` gave it.
        case nonce(StartNonce)
        /// The owner has none.
        case nonceMissing
    }

    /// What comes out.
    public enum Effect: Equatable, Sendable {
        /// Nothing.
        case none
        /// Send these TDISP bytes.
        case send([UInt8])
        /// Keep the nonce, then send. It is destroyed when an operation ends with the interface not confirmed to be
        /// still in CONFIG_LOCKED: see ``Result/keepsNonce``.
        case storeNonce(StartNonce, thenSend: [UInt8])
        /// Give the nonce: `nonce` or `nonceMissing` follows.
        case provideNonce
        /// Wait a little, the more the higher the number of the retry (from 1); `waited` follows.
        case wait(retry: UInt8)
        /// The operation ended so.
        case finish(Result)
    }
}

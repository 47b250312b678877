internal import SPDM

extension IDEStream {
    /// A stream that is not Secure.
    public struct Insecure: Hashable, Sendable {
        /// Whether the Enable bit is set.
        public let isEnabled: Bool
        /// Keys that are there; nil when there are none.
        public let keys: IDEKeyRing?
        /// Why the stream last lost its keys; nil when it never did.
        public let loss: IDEStreamLoss?

        func step(_ event: Event) -> Transition {
            switch event {
            case .keyInstalled(let slot, let session):
                return install(slot, by: session)
            case .keyInstallFailed(let slot), .stop(let slot):
                return Transition(.insecure(with(keys?.erasing(slot))), .erase(IDEKeySlots(slot)))
            case .go(let slot):
                return activate(slot)
            case .enable:
                guard let keys, keys.isActive else { return Transition(.insecure(enabled(true)), .none) }
                return Transition(.secure(Secure(keys: keys)), .secure)
            case .disable:
                return Transition(.insecure(enabled(false)), .none)
            case .received:
                // A receiver drops protected TLPs of a stream that is not Secure; that says nothing about its keys.
                return Transition(.insecure(self), .none)
            case .lost(let loss):
                guard keys != nil else { return Transition(.insecure(self), .none) }
                return Transition(.insecure(Insecure(isEnabled: isEnabled, keys: nil, loss: loss)), .fail(loss))
            }
        }

        /// Keys of a session before this one do not stay beside the new ones.
        private func install(_ slot: IDEKeySlot, by session: SessionID) -> Transition {
            let own = keys.flatMap { $0.session == session ? $0 : nil }
            var ring = own ?? IDEKeyRing(session: session)
            ring.install(slot)
            let stale = own == nil ? keys?.occupied.subtracting(IDEKeySlots(slot)) ?? [] : []
            return Transition(.insecure(with(ring)), stale.isEmpty ? .none : .erase(stale))
        }

        private func activate(_ slot: IDEKeySlot) -> Transition {
            guard var ring = keys, ring.mayActivate(slot) else { return Transition(.insecure(self), .refuse) }
            ring.activate(slot)
            guard isEnabled, ring.isActive else {
                return Transition(.insecure(with(ring)), .activate(slot, becomesSecure: false))
            }
            return Transition(.secure(Secure(keys: ring)), .activate(slot, becomesSecure: true))
        }

        private func with(_ keys: IDEKeyRing?) -> Self { Self(isEnabled: isEnabled, keys: keys, loss: loss) }

        private func enabled(_ isEnabled: Bool) -> Self { Self(isEnabled: isEnabled, keys: keys, loss: loss) }
    }
}

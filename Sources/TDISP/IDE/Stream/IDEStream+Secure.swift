extension IDEStream {
    /// A stream that is Secure. Its Enable bit is set.
    public struct Secure: Hashable, Sendable {
        /// The keys; each direction of each substream has one in use.
        public let keys: IDEKeyRing

        func step(_ event: Event) -> Transition {
            switch event {
            case .keyInstalled(let slot, let session):
                guard session == keys.session, !keys.active.contains(slot) else { return lose(.keyOverwritten) }
                var ring = keys
                ring.install(slot)
                return Transition(.secure(Secure(keys: ring)), .none)
            case .keyInstallFailed(let slot):
                return erase(slot, losing: .keyOverwritten)
            case .go(let slot):
                guard keys.mayActivate(slot) else { return Transition(.secure(self), .refuse) }
                var ring = keys
                ring.activate(slot)
                return Transition(.secure(Secure(keys: ring)), .activate(slot, becomesSecure: false))
            case .stop(let slot):
                return erase(slot, losing: .keyStopped)
            case .enable:
                return Transition(.secure(self), .none)
            case .disable:
                return lose(.disabled, isEnabled: false)
            case .received(let substream, let keySet):
                return received(IDEKeySlot(keySet, .receive, substream))
            case .lost(let loss):
                return lose(loss)
            }
        }

        /// A TLP under the new key shows that the other end has switched: the old key is not accepted any more.
        private func received(_ slot: IDEKeySlot) -> Transition {
            if keys.retiring.contains(slot) { return Transition(.secure(self), .none) }
            guard keys.active.contains(slot) else { return lose(.integrityCheckFailed) }
            guard keys.retiring.contains(slot.otherKeySet) else { return Transition(.secure(self), .none) }
            return erase(slot.otherKeySet, losing: .keyStopped)
        }

        private func erase(_ slot: IDEKeySlot, losing loss: IDEStreamLoss) -> Transition {
            guard !keys.active.contains(slot), let rest = keys.erasing(slot) else { return lose(loss) }
            return Transition(.secure(Secure(keys: rest)), .erase(IDEKeySlots(slot)))
        }

        private func lose(_ loss: IDEStreamLoss, isEnabled: Bool = true) -> Transition {
            Transition(.insecure(Insecure(isEnabled: isEnabled, keys: nil, loss: loss)), .fail(loss))
        }
    }
}

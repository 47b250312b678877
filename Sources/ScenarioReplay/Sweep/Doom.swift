internal import Emulator
internal import PCIe
internal import Synchronization

/// The death of a manager at one effect, whichever manager it is that comes to it.
final class Doom: Sendable {
    private let kind: Interruption.Kind
    private let effect: EffectFault.Name
    private let function: FunctionAddress
    private let left: Mutex<Int>

    /// Nil: the fault kills nobody.
    init?(_ fault: SweptFault) {
        guard case .effect(let effect, let function, let occurrence) = fault.moment else { return nil }
        switch fault.cause {
        case .managerDiesBefore: kind = .crashBefore
        case .managerDiesAfter: kind = .crashAfter
        case .effectFails, .effectTimesOut, .effectNotDone, .effectDone, .requestLost, .responseLost, .requestTwice,
            .requestCorrupted, .responseCorrupted:
            return nil
        }
        self.effect = effect
        self.function = function
        left = Mutex(occurrence)
    }

    /// Whether it has not struck yet.
    var isWaiting: Bool { left.withLock { $0 > 0 } }

    /// Counts an effect that starts; what happens to its manager, if it is the one.
    func strikes(_ effect: EffectFault.Name, on function: FunctionAddress) -> Interruption.Kind? {
        guard effect == self.effect, function == self.function else { return nil }
        return left.withLock { left in
            left -= 1
            return left == 0 ? kind : nil
        }
    }
}

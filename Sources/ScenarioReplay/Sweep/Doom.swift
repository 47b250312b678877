internal import Assignment
internal import Emulator
internal import PCIe
internal import Synchronization

/// What strikes at a manager, and not at the host: its death at one effect, or that it does not hear one notice as it was
/// told. Whichever manager it is that comes to it.
final class Doom: Sendable {
    private enum Strike: Sendable {
        case death(Interruption.Kind, at: EffectFault.Name)
        case lost, twice, late
    }

    private struct State {
        /// How many more times its moment has to come.
        var left: Int
        /// A notice that is heard with the next ones.
        var heldBack: [Notice] = []
    }

    private let strike: Strike
    private let function: FunctionAddress
    private let state: Mutex<State>

    /// Nil: the fault is the host's.
    init?(_ fault: SweptFault) {
        switch (fault.moment, fault.cause) {
        case (.effect(let effect, _, _), .managerDiesBefore): strike = .death(.crashBefore, at: effect)
        case (.effect(let effect, _, _), .managerDiesAfter): strike = .death(.crashAfter, at: effect)
        case (.notice, .noticeLost): strike = .lost
        case (.notice, .noticeTwice): strike = .twice
        case (.notice, .noticeLate): strike = .late
        case (.effect, _), (.message, _), (.notice, _): return nil
        }
        switch fault.moment {
        case .effect(_, let function, let occurrence), .message(_, let function, let occurrence),
            .notice(let function, let occurrence):
            self.function = function
            state = Mutex(State(left: occurrence))
        }
    }

    /// Whether it has not struck yet.
    var isWaiting: Bool { state.withLock { $0.left > 0 } }

    /// Counts an effect that starts; what happens to its manager, if it is the one.
    func strikes(_ effect: EffectFault.Name, on function: FunctionAddress) -> Interruption.Kind? {
        guard case .death(let kind, effect) = strike, function == self.function else { return nil }
        return state.withLock { state in
            state.left -= 1
            return state.left == 0 ? kind : nil
        }
    }

    /// Counts notices of a device on their way to a manager; what it hears of them.
    func deliver(_ notices: [Notice], of dsm: FunctionAddress) -> [Notice] {
        guard dsm == function else { return notices }
        if case .death = strike { return notices }
        return state.withLock { state in
            var heard = state.heldBack
            state.heldBack = []
            for notice in notices {
                state.left -= 1
                guard state.left == 0 else {
                    heard.append(notice)
                    continue
                }
                switch strike {
                case .death, .lost: break
                case .twice: heard += [notice, notice]
                case .late: state.heldBack.append(notice)
                }
            }
            return heard
        }
    }
}

internal import Assignment
internal import TDISP

extension FunctionFacts {
    /// Whether it is recorded in private operation, and answers over its session that it is.
    func isSoundlyPrivate(_ state: AssignmentState) -> Bool {
        state.phase == .private && present && connected && self.state == .run
    }
}

extension Phase {
    /// Whether a device that answers `state` can be where this resting phase says.
    func agrees(with state: TDIState) -> Bool {
        switch self {
        case .available, .attached: state == .configUnlocked
        case .private: state == .run
        case .quarantined, .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming,
            .releasing, .detaching, .failed, .recovering, .unknown:
            true
        }
    }
}

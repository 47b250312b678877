internal import Assignment
internal import TDISP

extension FunctionFacts {
    /// Whether it is recorded in private operation, and answers over its session that it is.
    func isSoundlyPrivate(_ state: AssignmentState) -> Bool {
        state.phase == .private && present && connected && self.state == .run
    }

    /// Whether what the host shows is not what is recorded.
    func isAtOdds(with state: AssignmentState) -> Bool {
        let answers = self.state.map(state.phase.expects) ?? (state.phase != .private)
        return !present || !answers || isFoundShut(state) || domain != state.domain
    }

    /// Where it is, in a sentence, if it answers something else than recorded: then nobody can tell by the record what its DMA
    /// may reach.
    func answerAtOdds(with state: AssignmentState) -> String? {
        guard let answer = self.state, !state.phase.expects(answer) else { return nil }
        return "\(address) is recorded \(state.phase.rawValue), and answers \(answer); "
            + "what its DMA reaches: tdispctl routes \(address)"
    }

    /// Where it is, in a sentence, if somebody cut it and did not record that.
    func cutAtOdds(with state: AssignmentState) -> String? {
        guard isFoundShut(state) else { return nil }
        return
            "\(address) is recorded \(state.phase.rawValue), and the platform lets no DMA of it through: somebody cut it"
    }
}

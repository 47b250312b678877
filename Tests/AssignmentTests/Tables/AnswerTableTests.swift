import Assignment
import TDISP
import Testing

@Suite struct `Assignment machine, answers and restarts` {
    /// Only a state that asked believes an answer; every state with something at stake starts a restart with the cut.
    private static let table = TransitionTable(
        """
                         | UNLOCKED          LOCKED           RUN              ERROR            restarted    shut
        *                | .                 .                .                .                unknown.cut0 .
        available        | .                 .                .                .                unknown.cut0 unknown.cut0
        attached         | .                 .                .                .                unknown.cut0 unknown.cut0
        private          | .                 .                .                .                unknown.cut0 failed.cut0
        quarantined      | .                 .                .                .                .            .
        free quarantined | .                 .                .                .                .            .
        unknown.ask      | recovering1.reset recovering1.stop recovering1.stop recovering1.stop unknown.cut0 .
        """)

    private static func event(_ column: String, _ state: AssignmentState) -> AssignmentEvent? {
        switch column {
        case "UNLOCKED": .answered(.configUnlocked)
        case "LOCKED": .answered(.configLocked)
        case "RUN": .answered(.run)
        case "ERROR": .answered(.error)
        case "restarted": .restarted(during: state.pending.name)
        case "shut": .foundShut
        default: nil
        }
    }

    @Test func `every state takes every answer and a restart as the table says`() {
        #expect(differences(Self.table, Self.event) == [])
    }
}

import Assignment
import Testing

@Suite struct `Assignment machine, requests` {
    /// A request that would change something is taken only at rest; from everywhere else it is told why not.
    private static let table = TransitionTable(
        """
                          | convert           convert-other     release          release-host     recover   word  cancel
        *                 | !busy             !busy             !busy            !busy            !busy     !busy .
        available         | attaching.release attaching.release !unassigned      !there           !none     !none .
        attached          | quiescing.connect !owned            !there           detaching.unbind !none     !none .
        private           | !there            !owned            releasing.unbind releasing.unbind cut       cut   .
        quarantined       | !put-away         !put-away         !put-away        !put-away        !put-away cut   .
        free quarantined  | !put-away         !put-away         !put-away        !put-away        !put-away cut   .
        attaching.*       | !busy             !busy             !busy            !busy            !busy     !busy ~
        quiescing.*       | !busy             !busy             !busy            !busy            !busy     !busy ~
        fresh *           | !busy             !busy             !busy            !busy            !busy     !busy ~
        again quiescing.* | !busy             !busy             !busy            !busy            !busy     !busy ~
        locking           | !busy             !busy             !busy            !busy            !busy     !busy ~
        locked            | !busy             !busy             !busy            !busy            !busy     !busy ~
        attesting         | !busy             !busy             !busy            !busy            !busy     !busy ~
        attested          | !busy             !busy             !busy            !busy            !busy     !busy ~
        accepting         | !busy             !busy             !busy            !busy            !busy     !busy ~
        confirming.*      | !busy             !busy             !busy            !busy            !busy     !busy ~
        again failed.cut0 | !busy             !busy             !busy            !busy            !busy     !busy ~
        again recovering1.restore | !busy     !busy             !busy            !busy            !busy     !busy ~
        again recovering1.pause   | !busy     !busy             !busy            !busy            !busy     !busy recovering1.restore
        """)

    private static func event(_ column: String, _ state: AssignmentState) -> AssignmentEvent? {
        switch column {
        case "convert": .convert(Walk.web, StandingOrders())
        case "convert-other": .convert(Walk.database, StandingOrders())
        case "release": .release(to: .attached)
        case "release-host": .release(to: .available)
        case "recover": .recover(RecoveryRequest())
        case "word": .recover(RecoveryRequest(fromQuarantine: true))
        case "cancel": .cancel
        default: nil
        }
    }

    @Test func `every state takes or refuses every request as the table says`() {
        #expect(differences(Self.table, Self.event) == [])
    }
}

import Assignment
import TDISP
import Testing

@Suite struct `Assignment machine, observations` {
    /// What is noticed is either expected, or met by the step under way, or the cut comes first.
    private static let table = TransitionTable(
        """
                                     | UNL LCK RUN ERR stream session gone reset stopped removed         timeout
        available                    | .   cut cut cut .      .       .    .     .       .               .
        attached                     | .   cut cut cut .      .       cut  .     .       detaching.reset .
        attaching.release            | .   cut cut cut .      .       cut  .     ~       .               .
        attaching.connect            | .   cut cut cut .      .       cut  .     ~       .               .
        attaching.attach             | .   cut cut cut .      .       cut  .     ~       cut             .
        cancelled attaching.release  | .   cut cut cut .      .       cut  .     .       .               .
        cancelled attaching.connect  | .   cut cut cut .      .       cut  .     .       .               .
        cancelled attaching.attach   | .   cut cut cut .      .       cut  .     .       cut             .
        quiescing.*                  | .   cut cut ~   ~      ~       cut  .     ~       cut             .
        fresh quiescing.*            | .   cut cut ~   ~      ~       cut  .     ~       cut             .
        cancelled quiescing.*        | .   cut cut ~   .      .       cut  .     .       cut             .
        cancelled fresh quiescing.*  | .   cut cut ~   .      .       cut  .     .       cut             .
        again quiescing.*            | .   cut cut .   ~      ~       cut  .     ~       cut             .
        cancelled again quiescing.*  | .   cut cut .   .      .       cut  .     .       cut             .
        locking                      | .   .   cut cut cut    cut     cut  cut   cut     cut             cut
        locked                       | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        attesting                    | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        attested                     | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        accepting                    | cut .   .   cut cut    cut     cut  cut   cut     cut             cut
        confirming.*                 | cut cut .   cut cut    cut     cut  cut   cut     cut             cut
        cancelled locking            | .   .   cut cut cut    cut     cut  cut   cut     cut             cut
        cancelled locked             | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        cancelled attesting          | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        cancelled attested           | cut .   cut cut cut    cut     cut  cut   cut     cut             cut
        cancelled accepting          | cut .   .   cut cut    cut     cut  cut   cut     cut             cut
        cancelled confirming.*       | cut cut .   cut cut    cut     cut  cut   cut     cut             cut
        private                      | cut cut .   cut cut    cut     cut  cut   cut     cut             cut
        releasing.unbind             | cut cut .   .   cut    cut     cut  cut   cut     cut             cut
        releasing.*                  | .   .   .   .   .      .       cut  .     .       ~               .
        releasing.prove              | .   .   .   .   .      .       cut  .     .       detaching.reset .
        releasing.restore            | .   .   .   .   .      .       cut  .     .       detaching.reset .
        releasing.bind               | .   .   .   .   .      .       cut  .     .       detaching.reset .
        home releasing.prove         | .   .   .   .   .      .       cut  .     .       .               .
        detaching.unbind             | .   cut cut ~   .      .       cut  .     .       detaching.reset .
        detaching.reset              | .   cut cut ~   .      .       cut  .     .       .               .
        detaching.prove              | .   cut cut cut .      .       cut  .     .       .               .
        kept detaching.reset         | .   cut cut .   .      .       cut  .     .       .               .
        kept detaching.connect       | .   cut cut cut .      .       cut  .     .       .               .
        kept detaching.compare       | .   cut cut cut .      .       cut  .     .       .               .
        detaching.*                  | .   cut cut cut .      .       cut  .     .       .               .
        owing detaching.*            | .   cut cut cut .      .       cut  .     .       .               .
        failed.*                     | .   .   .   .   .      .       .    .     .       ~               .
        again failed.cut0            | .   .   .   .   .      .       .    .     ~       ~               .
        away.*                       | .   .   .   .   .      .       .    .     .       .               .
        recovering1.*                | .   .   .   .   .      .       .    .     .       ~               .
        recovering1.prove            | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering1.restore          | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering1.bind             | .   .   .   .   .      .       .    .     .       detaching.reset .
        allowed recovering1.*        | .   .   .   .   .      .       .    .     .       ~               .
        allowed recovering1.prove    | .   .   .   .   .      .       .    .     .       detaching.reset .
        allowed recovering1.restore  | .   .   .   .   .      .       .    .     .       detaching.reset .
        again recovering1.restore    | .   .   .   .   .      .       .    .     ~       detaching.reset .
        again recovering1.pause      | .   .   .   .   .      .       .    .     ~       detaching.reset .
        other recovering1.*          | .   .   .   .   .      .       .    .     .       ~               .
        home recovering1.prove       | .   .   .   .   .      .       .    .     .       .               .
        free recovering1.prove       | .   ~   ~   ~   .      .       .    .     .       .               .
        free owing recovering1.prove | .   .   .   .   .      .       .    .     .       .               .
        recovering2.*                | .   .   .   .   .      .       .    .     .       ~               .
        recovering2.prove            | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering2.restore          | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering2.bind             | .   .   .   .   .      .       .    .     .       detaching.reset .
        allowed recovering2.*        | .   .   .   .   .      .       .    .     .       ~               .
        recovering3.*                | .   .   .   .   .      .       .    .     .       ~               .
        recovering3.prove            | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering3.restore          | .   .   .   .   .      .       .    .     .       detaching.reset .
        recovering3.bind             | .   .   .   .   .      .       .    .     .       detaching.reset .
        quarantined                  | .   .   .   .   .      .       .    .     .       ~               .
        free quarantined             | .   .   .   .   .      .       .    .     .       .               .
        unknown.*                    | .   .   .   .   .      .       .    .     .       ~               .
        """)

    private static func event(_ column: String, _ state: AssignmentState) -> AssignmentEvent? {
        switch column {
        case "UNL": .observed(.state(.configUnlocked))
        case "LCK": .observed(.state(.configLocked))
        case "RUN": .observed(.state(.run))
        case "ERR": .observed(.state(.error))
        case "stream": .observed(.streamInsecure)
        case "session": .observed(.sessionLost)
        case "gone": .observed(.deviceGone)
        case "reset": .observed(.deviceReset)
        case "stopped": .observed(.domainStopped)
        case "removed": .observed(.hostdevRemoved)
        case "timeout": .observed(.driverTimeout)
        default: nil
        }
    }

    @Test func `every state meets every observation as the table says`() {
        #expect(differences(Self.table, Self.event) == [])
    }
}

import Assignment
import Testing

@Suite struct `Assignment machine, outcomes` {
    /// `succeeded`, `failed` (the device refused), `changed` (another device answered; `=`: as any failure), `unknown`.
    private static let table = TransitionTable(
        """
                                          | succeeded             failed              changed     unknown
        available                         | .                     .                   .           .
        attached                          | .                     .                   .           .
        private                           | .                     .                   .           .
        quarantined                       | .                     .                   .           .
        free quarantined                  | .                     .                   .           .

        attaching.release                 | attaching.connect     detaching.return    =           cut
        attaching.connect                 | attaching.attach      detaching.return    =           cut
        attaching.attach                  | quiescing.unbind      detaching.return    =           cut
        cancelled attaching.release       | detaching.return      detaching.return    =           cut
        cancelled attaching.connect       | detaching.return      detaching.return    =           cut
        cancelled attaching.attach        | detaching.unbind      detaching.return    =           cut

        quiescing.connect                 | quiescing.unbind      attached            =           cut
        quiescing.unbind                  | quiescing.drain       attached            =           cut
        quiescing.drain                   | quiescing.save        cut                 =           cut
        quiescing.save                    | quiescing.drop        recovering1.bind    =           cut
        quiescing.drop                    | locking               cut                 =           cut
        cancelled quiescing.connect       | attached              attached            =           cut
        cancelled quiescing.unbind        | recovering1.bind      attached            =           cut
        cancelled quiescing.drain         | recovering1.bind      cut                 =           cut
        cancelled quiescing.save          | recovering1.bind      recovering1.bind    =           cut
        cancelled quiescing.drop          | recovering1.prove     cut                 =           cut
        fresh quiescing.unbind            | quiescing.drain       detaching.unbind    =           cut
        fresh quiescing.drain             | quiescing.save        cut                 =           cut
        fresh quiescing.save              | quiescing.drop        detaching.reset     =           cut
        fresh quiescing.drop              | locking               cut                 =           cut
        cancelled fresh quiescing.unbind  | detaching.reset       detaching.unbind    =           cut
        cancelled fresh quiescing.drain   | detaching.reset       cut                 =           cut
        cancelled fresh quiescing.save    | detaching.reset       detaching.reset     =           cut
        cancelled fresh quiescing.drop    | detaching.reset       cut                 =           cut
        again quiescing.connect           | quiescing.unbind      recovering1.bind    =           cut
        again quiescing.unbind            | quiescing.drain       recovering1.bind    =           cut
        cancelled again quiescing.connect | recovering1.bind      recovering1.bind    =           cut

        locking                           | locked                cut                 =           cut
        locked                            | attesting             cut                 =           cut
        attesting                         | attested              cut                 =           cut
        attested                          | accepting             cut                 =           cut
        accepting                         | confirming.bind       cut                 =           cut
        confirming.bind                   | confirming.probe      cut                 =           cut
        confirming.probe                  | private               cut                 =           cut
        cancelled locking                 | cut                   cut                 =           cut
        cancelled locked                  | cut                   cut                 =           cut
        cancelled attesting               | cut                   cut                 =           cut
        cancelled attested                | cut                   cut                 =           cut
        cancelled accepting               | cut                   cut                 =           cut
        cancelled confirming.bind         | cut                   cut                 =           cut
        cancelled confirming.probe        | cut                   cut                 =           cut

        releasing.unbind                  | releasing.cut         releasing.cut       =           releasing.cut
        releasing.cut                     | releasing.stop        cut                 =           cut
        releasing.stop                    | releasing.reset       cut                 =           cut
        releasing.reset                   | releasing.connect     cut                 =           cut
        releasing.connect                 | releasing.compare     cut                 =           cut
        releasing.compare                 | releasing.configure   cut                 =           cut
        releasing.configure               | releasing.prove       cut                 =           cut
        releasing.prove                   | releasing.restore     cut                 =           cut
        home releasing.prove              | detaching.detach      cut                 =           cut
        releasing.restore                 | releasing.bind        cut                 =           cut
        releasing.bind                    | attached              attached            =           attached

        detaching.unbind                  | detaching.reset       attached            =           cut
        detaching.reset                   | detaching.prove       cut                 =           cut
        detaching.prove                   | detaching.detach      cut                 =           cut
        detaching.detach                  | detaching.return      away.cut0           =           away.cut0
        detaching.return                  | available             away.cut0           =           away.cut0
        kept detaching.reset              | detaching.connect     cut                 =           cut
        kept detaching.connect            | detaching.compare     cut                 =           cut
        kept detaching.compare            | detaching.prove       cut                 =           cut
        owing detaching.detach            | detaching.rekey       away.cut0           =           away.cut0
        owing detaching.rekey             | detaching.return      quarantined         =           quarantined

        failed.cut0                       | recovering1.stop      failed.cut1         =           failed.cut1
        failed.cut1                       | recovering1.stop      failed.cut2         =           failed.cut2
        failed.cut2                       | recovering1.stop      quarantined         =           quarantined
        again failed.cut0                 | recovering1.stop      failed.cut1         =           failed.cut1
        away.cut0                         | quarantined           away.cut1           =           away.cut1
        away.cut1                         | quarantined           away.cut2           =           away.cut2
        away.cut2                         | quarantined           quarantined         =           quarantined

        recovering1.stop                  | recovering1.reset     recovering2.session =           recovering2.session
        recovering1.reset                 | recovering1.connect   quarantined         =           quarantined
        recovering1.connect               | recovering1.compare   quarantined         =           quarantined
        recovering1.compare               | recovering1.configure quarantined         =           quarantined
        recovering1.configure             | recovering1.prove     quarantined         =           quarantined
        recovering1.prove                 | recovering1.restore   quarantined         =           quarantined
        home recovering1.prove            | detaching.detach      quarantined         =           quarantined
        free recovering1.prove            | detaching.return      quarantined         =           quarantined
        free owing recovering1.prove      | detaching.rekey       quarantined         =           quarantined
        recovering1.restore               | recovering1.bind      away.cut0           =           away.cut0
        again recovering1.restore         | quiescing.connect     away.cut0           =           away.cut0
        again recovering1.pause           | recovering1.restore   recovering1.restore =           recovering1.restore
        other recovering1.compare         | recovering1.configure quarantined         recovering1.adopt quarantined
        other recovering1.adopt           | recovering1.configure quarantined         =           quarantined
        recovering1.bind                  | attached              attached            =           attached
        allowed recovering1.stop          | recovering1.reset     recovering2.session =           recovering2.session
        allowed recovering1.reset         | recovering1.connect   recovering3.device  =           recovering3.device
        allowed recovering1.connect       | recovering1.compare   recovering3.device  =           recovering3.device
        allowed recovering1.compare       | recovering1.configure recovering3.device  quarantined recovering3.device
        allowed recovering1.configure     | recovering1.prove     recovering3.device  =           recovering3.device
        allowed recovering1.prove         | recovering1.restore   recovering3.device  =           recovering3.device
        allowed recovering1.restore       | recovering1.bind      away.cut0           =           away.cut0

        recovering2.session               | recovering2.stop      quarantined         =           quarantined
        recovering2.stop                  | recovering2.reset     quarantined         =           quarantined
        recovering2.reset                 | recovering2.connect   quarantined         =           quarantined
        recovering2.connect               | recovering2.compare   quarantined         =           quarantined
        recovering2.compare               | recovering2.configure quarantined         =           quarantined
        recovering2.configure             | recovering2.prove     quarantined         =           quarantined
        recovering2.prove                 | recovering2.restore   quarantined         =           quarantined
        recovering2.restore               | recovering2.bind      away.cut0           =           away.cut0
        recovering2.bind                  | attached              attached            =           attached
        allowed recovering2.session       | recovering2.stop      recovering3.device  =           recovering3.device
        allowed recovering2.stop          | recovering2.reset     recovering3.device  =           recovering3.device

        recovering3.device                | recovering3.connect   quarantined         =           quarantined
        recovering3.connect               | recovering3.compare   quarantined         =           quarantined
        recovering3.compare               | recovering3.configure quarantined         =           quarantined
        recovering3.configure             | recovering3.prove     quarantined         =           quarantined
        recovering3.prove                 | recovering3.restore   quarantined         =           quarantined
        recovering3.restore               | recovering3.bind      away.cut0           =           away.cut0
        recovering3.bind                  | attached              attached            =           attached

        unknown.cut0                      | unknown.ask           unknown.cut1        =           unknown.cut1
        unknown.cut1                      | unknown.ask           unknown.cut2        =           unknown.cut2
        unknown.cut2                      | unknown.ask           quarantined         =           quarantined
        unknown.ask                       | recovering1.stop      recovering1.stop    =           recovering1.stop
        """)

    private static func event(_ column: String, _ state: AssignmentState) -> AssignmentEvent? {
        switch column {
        case "succeeded": .finished(state.pending.name, .succeeded)
        case "failed": .finished(state.pending.name, .failed(.deviceRefused))
        case "changed": .finished(state.pending.name, .failed(.identityChanged))
        case "unknown": .finished(state.pending.name, .unknown)
        default: nil
        }
    }

    @Test func `every state goes on from every outcome as the table says`() {
        #expect(differences(Self.table, Self.event) == [])
    }

    @Test(arguments: Situation.allCases)
    func `the outcome of an effect that the state does not wait for changes nothing`(situation: Situation) {
        let state = situation.state
        for effect in EffectName.allCases where effect != state.pending.name {
            for outcome in [Outcome.succeeded, .failed(.deviceRefused), .unknown] {
                let after = AssignmentMachine.step(state, .finished(effect, outcome))
                #expect(after.state == state && after.effect == .none, "\(effect) \(outcome)")
            }
        }
    }
}

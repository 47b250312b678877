import Assignment
import TDISP

/// Every state of the assignment machine that the tables have a row for: each phase, each step, and each variant in
/// which a step goes on differently. The raw value is the row's name; its last word is the label of the state.
///
/// | variant | meaning |
/// |---|---|
/// | cancelled | the operator cancelled the conversion |
/// | fresh | the conversion began at the host, not in the domain |
/// | again | converted again after a recovery, or on the way to that |
/// | home | on the way to the host |
/// | owing | new keys are owed |
/// | free | in no domain |
/// | allowed | a conventional reset is allowed |
/// | other | the operator knows that another card is in the slot |
enum Situation: String, CaseIterable {
    case available, attached, `private`, quarantined
    case freeQuarantined = "free quarantined"

    case attachingRelease = "attaching.release"
    case attachingConnect = "attaching.connect"
    case attachingAttach = "attaching.attach"
    case cancelledAttachingRelease = "cancelled attaching.release"
    case cancelledAttachingConnect = "cancelled attaching.connect"
    case cancelledAttachingAttach = "cancelled attaching.attach"

    case quiescingConnect = "quiescing.connect"
    case quiescingUnbind = "quiescing.unbind"
    case quiescingDrain = "quiescing.drain"
    case quiescingSave = "quiescing.save"
    case quiescingDrop = "quiescing.drop"
    case cancelledQuiescingConnect = "cancelled quiescing.connect"
    case cancelledQuiescingUnbind = "cancelled quiescing.unbind"
    case cancelledQuiescingDrain = "cancelled quiescing.drain"
    case cancelledQuiescingSave = "cancelled quiescing.save"
    case cancelledQuiescingDrop = "cancelled quiescing.drop"
    case freshQuiescingUnbind = "fresh quiescing.unbind"
    case freshQuiescingDrain = "fresh quiescing.drain"
    case freshQuiescingSave = "fresh quiescing.save"
    case freshQuiescingDrop = "fresh quiescing.drop"
    case cancelledFreshQuiescingUnbind = "cancelled fresh quiescing.unbind"
    case cancelledFreshQuiescingDrain = "cancelled fresh quiescing.drain"
    case cancelledFreshQuiescingSave = "cancelled fresh quiescing.save"
    case cancelledFreshQuiescingDrop = "cancelled fresh quiescing.drop"
    case againQuiescingConnect = "again quiescing.connect"
    case againQuiescingUnbind = "again quiescing.unbind"
    case cancelledAgainQuiescingConnect = "cancelled again quiescing.connect"

    case locking, locked, attesting, attested, accepting
    case confirmingBind = "confirming.bind"
    case confirmingProbe = "confirming.probe"
    case cancelledLocking = "cancelled locking"
    case cancelledLocked = "cancelled locked"
    case cancelledAttesting = "cancelled attesting"
    case cancelledAttested = "cancelled attested"
    case cancelledAccepting = "cancelled accepting"
    case cancelledConfirmingBind = "cancelled confirming.bind"
    case cancelledConfirmingProbe = "cancelled confirming.probe"

    case releasingUnbind = "releasing.unbind"
    case releasingCut = "releasing.cut"
    case releasingStop = "releasing.stop"
    case releasingReset = "releasing.reset"
    case releasingConnect = "releasing.connect"
    case releasingCompare = "releasing.compare"
    case releasingConfigure = "releasing.configure"
    case releasingProve = "releasing.prove"
    case releasingRestore = "releasing.restore"
    case releasingBind = "releasing.bind"
    case homeReleasingProve = "home releasing.prove"

    case detachingUnbind = "detaching.unbind"
    case detachingReset = "detaching.reset"
    case detachingProve = "detaching.prove"
    case detachingDetach = "detaching.detach"
    case detachingReturn = "detaching.return"
    case keptDetachingReset = "kept detaching.reset"
    case keptDetachingConnect = "kept detaching.connect"
    case keptDetachingCompare = "kept detaching.compare"
    case owingDetachingDetach = "owing detaching.detach"
    case owingDetachingRekey = "owing detaching.rekey"

    case failedCut0 = "failed.cut0"
    case failedCut1 = "failed.cut1"
    case failedCut2 = "failed.cut2"
    case againFailedCut0 = "again failed.cut0"
    case awayCut0 = "away.cut0"
    case awayCut1 = "away.cut1"
    case awayCut2 = "away.cut2"

    case recovering1Stop = "recovering1.stop"
    case recovering1Reset = "recovering1.reset"
    case recovering1Connect = "recovering1.connect"
    case recovering1Compare = "recovering1.compare"
    case recovering1Configure = "recovering1.configure"
    case recovering1Prove = "recovering1.prove"
    case recovering1Restore = "recovering1.restore"
    case recovering1Bind = "recovering1.bind"
    case homeRecovering1Prove = "home recovering1.prove"
    case freeRecovering1Prove = "free recovering1.prove"
    case freeOwingRecovering1Prove = "free owing recovering1.prove"
    case againRecovering1Restore = "again recovering1.restore"
    case againRecovering1Pause = "again recovering1.pause"
    case otherRecovering1Compare = "other recovering1.compare"
    case otherRecovering1Adopt = "other recovering1.adopt"
    case allowedRecovering1Stop = "allowed recovering1.stop"
    case allowedRecovering1Reset = "allowed recovering1.reset"
    case allowedRecovering1Connect = "allowed recovering1.connect"
    case allowedRecovering1Compare = "allowed recovering1.compare"
    case allowedRecovering1Configure = "allowed recovering1.configure"
    case allowedRecovering1Prove = "allowed recovering1.prove"
    case allowedRecovering1Restore = "allowed recovering1.restore"

    case recovering2Session = "recovering2.session"
    case recovering2Stop = "recovering2.stop"
    case recovering2Reset = "recovering2.reset"
    case recovering2Connect = "recovering2.connect"
    case recovering2Compare = "recovering2.compare"
    case recovering2Configure = "recovering2.configure"
    case recovering2Prove = "recovering2.prove"
    case recovering2Restore = "recovering2.restore"
    case recovering2Bind = "recovering2.bind"
    case allowedRecovering2Session = "allowed recovering2.session"
    case allowedRecovering2Stop = "allowed recovering2.stop"

    case recovering3Device = "recovering3.device"
    case recovering3Connect = "recovering3.connect"
    case recovering3Compare = "recovering3.compare"
    case recovering3Configure = "recovering3.configure"
    case recovering3Prove = "recovering3.prove"
    case recovering3Restore = "recovering3.restore"
    case recovering3Bind = "recovering3.bind"

    case unknownCut0 = "unknown.cut0"
    case unknownCut1 = "unknown.cut1"
    case unknownCut2 = "unknown.cut2"
    case unknownAsk = "unknown.ask"

    /// The label of the state: the last word.
    var label: String { words.last.map(String.init) ?? rawValue }
    private var words: [Substring] { rawValue.split(separator: " ") }
    private func isVariant(_ name: String) -> Bool { words.dropLast().contains(Substring(name)) }

    /// The state, reached by public events alone.
    var state: AssignmentState { (isVariant("cancelled") ? reached.on(.cancel) : reached).state }

    private var reached: Walk {
        let walk = start.succeeds(until: label == "recovering1.adopt" ? "recovering1.compare" : label)
        return label == "recovering1.adopt" ? walk.ends(.failed(.identityChanged)) : walk
    }

    /// Where the straight way to the state begins.
    private var start: Walk {
        let phase = label.prefix { $0 != "." }
        switch phase {
        case "available", "attaching": return phase == "available" ? Walk() : Walk().converts()
        case "attached": return .attached
        case "quiescing", "locking", "locked", "attesting", "attested", "accepting", "confirming", "private":
            if isVariant("fresh") { return Walk().converts() }
            if isVariant("again") { return Walk.converted(Self.convertAgain).observes(.sessionLost) }
            return Walk.attached.converts()
        case "releasing": return Walk.converted().on(.release(to: isVariant("home") ? .available : .attached))
        case "detaching":
            if isVariant("kept") {
                return Walk.converted().on(.release(to: .attached)).rests.on(.release(to: .available))
            }
            return isVariant("owing")
                ? Walk.converted().on(.release(to: .available)) : Walk.attached.on(.release(to: .available))
        case "failed": return cutsFailed(fallen)
        case "away":
            return cutsFailed(Walk.converted().on(.release(to: .available)).succeeds(until: "detaching.detach").fails)
        case "recovering1": return fallen
        case "recovering2": return fallen.succeeds.fails
        case "recovering3": return Walk.converted(Self.allowReset).observes(.sessionLost).succeeds.fails.fails
        case "quarantined": return isVariant("free") ? needingRekey : fallen.succeeds.fails.fails
        default: return cutsFailed(Walk.converted().on(.restarted(during: .probePrivate)))
        }
    }

    /// Out of private operation, or found locked with nobody having asked.
    private var fallen: Walk {
        if isVariant("free") {
            return isVariant("owing")
                ? Walk().observes(.state(.run)) : Walk().on(.restarted(during: .releaseHostDriver))
        }
        if isVariant("other") { return Walk.converted().on(.recover(RecoveryRequest(acceptIdentity: true))) }
        if label == "recovering1.pause" {
            return Walk.converted(Self.convertAgain).observes(.sessionLost).rests.observes(.sessionLost)
        }
        let orders = isVariant("again") ? Self.convertAgain : isVariant("allowed") ? Self.allowReset : StandingOrders()
        return Walk.converted(orders).observes(isVariant("home") ? .hostdevRemoved : .sessionLost)
    }

    private func cutsFailed(_ walk: Walk) -> Walk {
        switch label {
        case "failed.cut1", "away.cut1", "unknown.cut1": walk.fails
        case "failed.cut2", "away.cut2", "unknown.cut2": walk.fails.fails
        default: walk
        }
    }

    private var needingRekey: Walk {
        Walk.converted().on(.release(to: .available)).succeeds(until: "detaching.rekey").fails
    }

    static let convertAgain = StandingOrders(convertAgain: true)
    static let allowReset = StandingOrders(allowConventionalReset: true)
}

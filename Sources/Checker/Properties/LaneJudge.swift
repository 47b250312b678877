internal import Assignment
internal import IOMMU
internal import TDISP

/// Judges what a device can do in a state, by the routes that the shipped remapping unit decides and by what the device
/// and its drivers really are.
///
/// Who is hostile: the function, which sends T=0 and tries any address whatever its state; the host, which maps any page
/// for it. Who is not: the part of the device that was attested. T=1 leaves it in RUN only, over a stream that is keyed.
struct LaneJudge {
    let lane: Lane
    let state: AssignmentState
    let routes: Routes
    let profile: RoutingProfile

    /// The first rule that is broken; nil: none.
    var violation: Violation? {
        noUntrustedDMAToPrivate ?? noTrustedDMAWithoutRun ?? nothingOutlivesAnEpoch ?? silentWhenLockedOrFailed
            ?? noMixedTraffic ?? oneOwner
            ?? noDriverInBetween
    }

    private var noUntrustedDMAToPrivate: Violation? {
        routes.untrusted.isDisjoint(with: .privates)
            ? nil : Violation(.noUntrustedDMAToPrivate, "T=0 reaches a private page in \(lane.platform.standing)")
    }

    /// The platform never runs ahead of the device: whatever T=1 could reach, the owner has accepted the device in this
    /// lock. And T=1 that does leave the device leaves it in RUN, over a Secure stream.
    private var noTrustedDMAWithoutRun: Violation? {
        guard !routes.trusted.isEmpty else { return nil }
        if !routes.trusted.isDisjoint(with: [.otherPrivate, .otherShared, .host]) {
            return Violation(.noTrustedDMAWithoutRun, "T=1 reaches what is not its owner's")
        }
        if lane.memory.isFenceOwed {
            return Violation(.noTrustedDMAWithoutRun, "T=1 gets through after one that faulted")
        }
        // An interface that fell out of its lock by itself is another matter, and one that somebody else locked then: the
        // platform cannot know yet, and in RUN it would break another rule.
        let isLocked = lane.device.tdi == .configLocked && !lane.memory.isLockedUnasked
        if lane.memory.evidence < 4, isLocked || !lane.memory.isUnlockOwed {
            return Violation(.noTrustedDMAWithoutRun, "T=1 is open, and evidence of this lock was not accepted")
        }
        return nil
    }

    private var nothingOutlivesAnEpoch: Violation? {
        lane.device.tdi == .run && lane.memory.evidence < 4
            ? Violation(.nothingOutlivesAnEpoch, "it is in RUN, and evidence of this lock was not accepted") : nil
    }

    /// A lag between the device's fall and the platform's knowledge of it is no breach where T=0 is declared beside T=1.
    private var silentWhenLockedOrFailed: Violation? {
        guard !lane.memory.isLockedUnasked else { return nil }
        switch lane.device.tdi {
        case .configUnlocked, .run: return nil
        case .configLocked:
            if lane.platform.traces.contains(.untrustedFlight) {
                return Violation(.silentWhenLockedOrFailed, "T=0 is in flight in CONFIG_LOCKED")
            }
        case .error: if lane.platform.standing == .run, profile.declaresMixedTraffic { return nil }
        }
        return routes.untrusted.isEmpty
            ? nil : Violation(.silentWhenLockedOrFailed, "T=0 reaches memory in \(lane.device.tdi)")
    }

    private var noMixedTraffic: Violation? {
        if lane.memory.isMisled {
            return Violation(.noMixedTraffic, "in RUN it took an answer to a page request that is not its own")
        }
        return !routes.untrusted.isEmpty && !routes.trusted.isEmpty && !profile.declaresMixedTraffic
            ? Violation(.noMixedTraffic, "T=0 and T=1 both reach memory") : nil
    }

    private var oneOwner: Violation? {
        if lane.hasHostDriver, lane.hasGuestDriver || lane.isInDomain {
            return Violation(.oneOwner, "host and guest have it at once")
        }
        if !routes.ordinary.isDisjoint(with: .others) {
            return Violation(.oneOwner, "its tables lead to pages of another VM")
        }
        guard lane.isInDomain, let vm = lane.vm, let domain = state.domain else { return nil }
        return CheckerModel.domain(vm) == domain ? nil : Violation(.oneOwner, "another VM has it than is recorded")
    }

    private var noDriverInBetween: Violation? {
        guard lane.hasGuestDriver || lane.hasHostDriver, !lane.memory.isLockedUnasked else { return nil }
        switch state.phase {
        case .locking, .locked, .attesting, .attested, .accepting:
            return Violation(.noDriverInBetween, "a driver is bound in \(state.phase)")
        case .available, .attaching, .attached, .quiescing, .confirming, .private, .releasing, .detaching, .failed,
            .recovering, .quarantined, .unknown:
            return lane.device.tdi == .configLocked
                ? Violation(.noDriverInBetween, "a driver is bound in CONFIG_LOCKED") : nil
        }
    }
}

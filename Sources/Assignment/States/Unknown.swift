import TDISP

/// The manager was interrupted in an effect: cut first, then ask the device where it is.
public struct Unknown: PhaseState {
    static let phase = Phase.unknown

    /// What is under way.
    public enum Step: Hashable, Sendable, Codable {
        case cutting(CutRank)
        case asking
    }

    /// What the assignment carries through all phases.
    public let lineage: Lineage
    /// The domain that owns the device, or nil.
    public let domain: DomainID?
    /// The effect that was begun and has no outcome.
    public let intent: EffectName
    /// Where the way home leads.
    public let home: Destination
    /// What is under way.
    public let step: Step

    var pending: AssignmentEffect {
        switch step {
        case .cutting(let rank): .cut(rank)
        case .asking: .askState
        }
    }

    func finished(_ outcome: Outcome) -> AssignmentTransition {
        switch step {
        case .cutting(let rank):
            if outcome == .succeeded { return move(to: .asking) }
            return rank.next.map { move(to: .cutting($0)) }
                ?? Quarantined.enter(lineage, domain, .cutUnconfirmed, home: home)
        case .asking: return homeward(from: .stopping)
        }
    }

    /// A device that says CONFIG_UNLOCKED owes no STOP; it is reset and proven all the same.
    func answered(_ answer: TDIState) -> AssignmentTransition {
        guard step == .asking else { return .stay(.unknown(self)) }
        return switch answer {
        case .configUnlocked: homeward(from: .resettingFunction)
        case .configLocked, .run, .error: homeward(from: .stopping, lineage.seen(answer))
        }
    }

    private func move(to step: Step) -> AssignmentTransition {
        .enter(.unknown(Unknown(lineage: lineage, domain: domain, intent: intent, home: home, step: step)))
    }

    private func homeward(from step: HomewardStep, _ seen: Lineage? = nil) -> AssignmentTransition {
        .enter(
            .recovering(
                Recovering(
                    seen ?? lineage, domain, .interrupted(intent), home: home.withoutConversion, rung: .stop, step: step
                )))
    }

    /// The device is asked all the same; what is noticed may change where the way home leads.
    func observed(_ observation: Observation) -> AssignmentTransition {
        .stay(
            .unknown(
                Unknown(
                    lineage: lineage.seen(observation), domain: domain, intent: intent, home: home.after(observation),
                    step: step)))
    }
}

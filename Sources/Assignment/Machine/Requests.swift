import TDISP

extension AssignmentMachine {
    /// `convert`: from `available` or from `attached` to the same domain. An assignment that is under way is left alone, and one
    /// that is there already takes new standing orders.
    static func convert(
        _ state: AssignmentState, to domain: DomainID, _ orders: StandingOrders
    ) -> AssignmentTransition {
        switch state {
        case .available(let now):
            .enter(.attaching(Attaching(Conversion(now.lineage.ordered(orders), domain, origin: .available))))
        case .attached(let now):
            now.owner == domain
                ? .enter(.quiescing(Quiescing(Conversion(now.lineage.ordered(orders), domain, origin: .attached))))
                : .refuse(state, .ownedByAnother, rule: .oneOwner)
        case .private(let now):
            if now.owner != domain {
                .refuse(state, .ownedByAnother, rule: .oneOwner)
            } else if now.lineage.orders == orders {
                .refuse(state, .alreadyThere)
            } else {
                .stay(.private(Private(lineage: now.lineage.ordered(orders), owner: domain)))
            }
        case .quarantined: .refuse(state, .quarantined, rule: .oneOwner)
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            .refuse(state, .busy)
        }
    }

    /// `release`: out of private operation, or out of the domain.
    static func release(
        _ state: AssignmentState, to rest: Rest, _ takeSiblings: Bool
    ) -> AssignmentTransition {
        switch state {
        case .available: .refuse(state, rest == .available ? .alreadyThere : .notAssigned)
        case .attached(let now):
            rest == .attached
                ? .refuse(state, .alreadyThere)
                : .enter(.detaching(Detaching(now.lineage.taking(siblings: takeSiblings), now.owner)))
        case .private(let now):
            .enter(
                .releasing(
                    Releasing(
                        lineage: now.lineage.taking(siblings: takeSiblings), owner: now.owner, rest: rest,
                        step: .unbindingGuestDriver)))
        case .quarantined: .refuse(state, .quarantined, rule: .oneOwner)
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            .refuse(state, .busy)
        }
    }

    /// `recover`: the whole ladder, from the cut down.
    static func recover(_ state: AssignmentState, _ request: RecoveryRequest) -> AssignmentTransition {
        switch state {
        case .available, .attached: .refuse(state, .nothingToRecover)
        case .private(let now):
            Failed.enter(
                now.lineage.ordered(request), now.owner, .ordered,
                home: request.convertAgain ? .convert(origin: .attached) : .rest(.attached))
        case .quarantined(let now):
            request.fromQuarantine
                ? Failed.enter(now.lineage.ordered(request), now.domain, .ordered, home: now.wayOut(request))
                : .refuse(state, .quarantined, rule: .oneOwner)
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            .refuse(state, .busy)
        }
    }

    /// `cancel`: a conversion turns back at its next safe point, and a recovery does not lead to another one; nothing else can
    /// be cancelled, because it ends by itself.
    static func cancel(_ state: AssignmentState) -> AssignmentTransition {
        switch state {
        case .attaching(let now): .stay(.attaching(Attaching(now.conversion.turnedBack, step: now.step)))
        case .quiescing(let now): .stay(.quiescing(Quiescing(now.conversion.turnedBack, step: now.step)))
        case .locking(let now): .stay(.locking(Locking(conversion: now.conversion.turnedBack)))
        case .locked(let now): .stay(.locked(Locked(conversion: now.conversion.turnedBack)))
        case .attesting(let now): .stay(.attesting(Attesting(conversion: now.conversion.turnedBack)))
        case .attested(let now): .stay(.attested(Attested(conversion: now.conversion.turnedBack)))
        case .accepting(let now): .stay(.accepting(Accepting(conversion: now.conversion.turnedBack)))
        case .confirming(let now): .stay(.confirming(Confirming(conversion: now.conversion.turnedBack, step: now.step)))
        case .failed(let now): now.turnedBack
        case .recovering(let now): now.turnedBack
        case .available, .attached, .private, .releasing, .detaching, .quarantined, .unknown: .stay(state)
        }
    }

    /// The answer to `askState`, which only a state that asked waits for.
    static func answered(_ state: AssignmentState, _ answer: TDIState) -> AssignmentTransition {
        switch state {
        case .unknown(let now): now.answered(answer)
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .failed, .recovering, .quarantined:
            .stay(state)
        }
    }

    /// The manager came back and found an effect begun without an outcome: cut, then ask the device.
    static func restarted(_ state: AssignmentState, during effect: EffectName) -> AssignmentTransition {
        switch state {
        case .quarantined: .stay(state)
        case .unknown(let now): interrupted(state, in: now.intent)
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .failed, .recovering:
            interrupted(state, in: effect)
        }
    }

    /// Cut by somebody while it rested. In private operation it goes down the ladder, and its orders say what comes after; one
    /// that had none to fall out of is asked where it is. What does not rest has an effect under way that shut it.
    static func foundShut(_ state: AssignmentState) -> AssignmentTransition {
        switch state {
        case .private(let now): Failed.enter(now.lineage, now.owner, .foundShut, home: now.home)
        case .available, .attached: interrupted(state, in: .cut)
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .quarantined, .unknown:
            .stay(state)
        }
    }
}

extension AssignmentMachine {
    private static func interrupted(_ state: AssignmentState, in effect: EffectName) -> AssignmentTransition {
        .enter(
            .unknown(
                Unknown(
                    lineage: state.lineage, domain: state.domain, intent: effect, home: state.current.home,
                    step: .cutting(.first))))
    }
}

extension Lineage {
    /// A new order by an operator: attempts are counted afresh.
    func ordered(_ orders: StandingOrders) -> Lineage {
        Lineage(epoch: epoch, rekeyOwed: rekeyOwed, recoveries: 0, orders: orders)
    }

    func ordered(_ request: RecoveryRequest) -> Lineage {
        var orders = orders
        orders.allowConventionalReset = orders.allowConventionalReset || request.allowConventionalReset
        orders.acceptIdentity = request.acceptIdentity
        orders.takeSiblings = request.takeSiblings
        return ordered(orders)
    }

    /// The operator's word on siblings, for the reset that a release comes to.
    func taking(siblings: Bool) -> Lineage {
        var next = self
        next.orders.takeSiblings = siblings
        return next
    }
}

internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe
internal import TDISP

/// Which assignments are in which phase, as far as anything follows from that.
enum KnownPhases: Sendable {
    /// A manager lives; who is not named was never assigned.
    case known([FunctionAddress: AssignmentState])
    /// No manager lives: nothing follows from what the last one recorded.
    case nobodyKnows
}

/// The safety rules of DMA, held against the host itself: its tables, its gates, its devices' states, and what their workloads
/// came to.
struct HostRules {
    private let phases: KnownPhases
    private let domainNumbers: [DomainID: DomainNumber]
    private let profile: RoutingProfile

    init(_ phases: KnownPhases, _ model: borrowing HostModel) {
        self.init(phases, profile: model.topology.profile, domains: model.memoryView.domains)
    }

    /// Rules for a host that is looked at from outside.
    init(_ phases: KnownPhases, profile: RoutingProfile, domains: [MemoryView.Domain]) {
        self.phases = phases
        self.profile = profile
        domainNumbers = Dictionary(uniqueKeysWithValues: domains.map { ($0.id, $0.number) })
    }

    /// The first rule that is broken on this host now, as far as can be told without walking tables.
    func breachAtAGlance(in model: borrowing HostModel) -> Breach? {
        for function in model.functions {
            if let view = model.view(of: function), let breach = breach(view) { return breach }
        }
        return nil
    }

    /// The first rule that is broken on this host now. Everything that each function could reach is looked at.
    func breach(in model: borrowing HostModel) -> Breach? {
        for function in model.functions {
            guard let view = model.view(of: function), let routes = model.routes(of: function) else { continue }
            if let breach = breach(of: view, routes) { return breach }
        }
        return nil
    }

    /// The first rule that one function breaks, by all that it could reach.
    func breach(of view: FunctionView, _ routes: RoutesView) -> Breach? { breach(view) ?? breach(view, routes) }

    private func breach(_ view: FunctionView) -> Breach? { workload(view) ?? holder(view) ?? phase(view) }

    private func breach(_ view: FunctionView, _ routes: RoutesView) -> Breach? {
        untrusted(view, routes) ?? trusted(view, routes) ?? both(view, routes)
            ?? Self.changed(routes.translations, of: view.address)
    }

    /// No page changes hands while a device holds a translation that leads to it.
    static func changed(_ translations: [HeldTranslation], of function: FunctionAddress) -> Breach? {
        translations.first { $0.owner != $0.ownerNow }.map {
            Breach(.noConversionUnderDMA, "\(function) holds a translation (\($0)), which is a \($0.ownerNow) by now")
        }
    }

    /// What a workload achieved that it may not, whatever the tables say.
    private func workload(_ view: FunctionView) -> Breach? {
        guard view.workload.violations > 0 else { return nil }
        let rule: SafetyRule =
            switch view.state {
            case .run: .noMixedTraffic
            case .configLocked, .error: .silentWhenLockedOrFailed
            case .configUnlocked, nil: .noUntrustedDMAToPrivate
            }
        return Breach(rule, "\(view.workload.violations) DMAs of \(view.address) arrived that must not")
    }

    private func untrusted(_ view: FunctionView, _ routes: RoutesView) -> Breach? {
        let owner = number(of: view.domain)
        for range in routes.untrusted {
            switch range.owner {
            case .private(let number):
                return Breach(.noUntrustedDMAToPrivate, "T=0 of \(view.address) reaches a private page of \(number)")
            case .shared(let number) where number != owner:
                return Breach(.oneOwner, "T=0 of \(view.address) reaches a shared page of \(number)")
            case .host where view.domain != nil:
                return Breach(.oneOwner, "T=0 of \(view.address), which is in a domain, reaches the host's memory")
            case .shared, .host: continue
            }
        }
        return nil
    }

    private func trusted(_ view: FunctionView, _ routes: RoutesView) -> Breach? {
        guard !routes.trusted.isEmpty else { return nil }
        guard let owner = number(of: view.domain), routes.trusted.allSatisfy({ mayReachTrusted($0, owner) }) else {
            return Breach(.noTrustedDMAWithoutRun, "T=1 of \(view.address) reaches a page that is not its owner's")
        }
        return nil
    }

    /// Private pages of the owner; and its shared ones where the platform has a window to them.
    private func mayReachTrusted(_ range: ReachableRange, _ owner: DomainNumber) -> Bool {
        range.owner == .private(owner)
            || range.owner == .shared(owner) && profile.vTOM.map { range.addresses.lowerBound >= $0 } ?? false
    }

    private func both(_ view: FunctionView, _ routes: RoutesView) -> Breach? {
        guard !profile.declaresMixedTraffic, !routes.trusted.isEmpty, !routes.untrusted.isEmpty else { return nil }
        return Breach(.noMixedTraffic, "both T=0 and T=1 of \(view.address) reach memory")
    }

    /// What is open is open for the domain that holds the function.
    private func holder(_ view: FunctionView) -> Breach? {
        guard !view.standing.isSilent, view.holder != number(of: view.domain) else { return nil }
        let holder = view.holder.map { "for \($0)" } ?? "for the host"
        return Breach(.oneOwner, "the IOMMU holds \(view.address) \(holder), in \(view.standing)")
    }

    private func number(of domain: DomainID?) -> DomainNumber? { domain.flatMap { domainNumbers[$0] } }

    // MARK: Phases

    /// What is open may be open in this phase. Where no cut could be confirmed, everything may.
    private func phase(_ view: FunctionView) -> Breach? {
        guard case .known(let assignments) = phases else { return nil }
        let state = assignments[view.address] ?? .initial
        if case .quarantined(let put) = state, put.reason == .cutUnconfirmed { return nil }
        if view.hasGuestDriver, state.phase.isInBetween {
            return Breach(.noDriverInBetween, "a guest's driver has \(view.address) in phase \(state.phase.rawValue)")
        }
        if view.isTrustedOpen, !state.phase.mayHaveTrusted {
            return Breach(.noTrustedDMAWithoutRun, "T=1 of \(view.address) is open in phase \(state.phase.rawValue)")
        }
        if view.isUntrustedOpen, !state.phase.mayHaveUntrusted {
            return Breach(.silentWhenLockedOrFailed, "T=0 of \(view.address) is open in phase \(state.phase.rawValue)")
        }
        return nil
    }
}

extension FunctionView {
    /// Whether T=1 would be translated, if the function sent it.
    fileprivate var isTrustedOpen: Bool {
        switch standing {
        case .run: trustedTable != nil
        case .host, .unlocked, .locked, .error: false
        }
    }

    /// Whether T=0 would be translated.
    fileprivate var isUntrustedOpen: Bool {
        switch standing {
        case .host, .unlocked: hostTable != nil
        case .run, .locked, .error: false
        }
    }
}

extension Phase {
    /// Whether T=1 may be open at some moment of this phase: until the cut that is under way is done.
    fileprivate var mayHaveTrusted: Bool {
        switch self {
        case .accepting, .confirming, .private, .releasing, .failed, .unknown: true
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .detaching,
            .recovering, .quarantined:
            false
        }
    }

    /// Whether no function driver is bound in this phase.
    fileprivate var isInBetween: Bool {
        switch self {
        case .locking, .locked, .attesting, .attested, .accepting: true
        case .available, .attaching, .attached, .quiescing, .confirming, .private, .releasing, .detaching, .failed,
            .recovering, .quarantined, .unknown:
            false
        }
    }

    /// Whether T=0 may be open at some moment of this phase.
    fileprivate var mayHaveUntrusted: Bool {
        switch self {
        case .available, .attaching, .attached, .quiescing, .releasing, .detaching, .failed, .recovering, .unknown: true
        case .locking, .locked, .attesting, .attested, .accepting, .confirming, .private, .quarantined: false
        }
    }
}

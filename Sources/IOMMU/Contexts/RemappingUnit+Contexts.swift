public import PCIe

extension RemappingUnit {
    /// What is known of a requester.
    public func context(of requester: RequesterID) -> RequesterContext { contexts[requester] }

    /// What the platform has for a T value of a requester, as it is held now.
    public func cell(of requester: RequesterID, _ tBit: TBit) -> RoutingCell {
        let context = contexts[requester]
        return profile.cell(context.standing, tBit, canBeTrusted: context.canBeTrusted)
    }

    /// Says whether a requester has a TDISP interface; it is taken to have one.
    public mutating func setCanBeTrusted(_ canBeTrusted: Bool, of requester: RequesterID) {
        changeContext(of: requester) { $0.canBeTrusted = canBeTrusted }
    }

    /// Says how a requester is held from now on. Its bindings to peers end with RUN, and what it asked for in another
    /// standing, or for another VM, is not answered any more.
    ///
    /// - Parameters:
    ///   - requester: the function.
    ///   - standing: as what.
    ///   - domain: for which VM; nil: for the one that it is held for already. The host's functions have none.
    public mutating func hold(_ requester: RequesterID, as standing: Standing, for domain: DomainNumber? = nil) {
        let before = contexts[requester]
        changeContext(of: requester) { context in
            context.standing = standing
            if let domain { context.domain = domain }
            if standing == .host { context.domain = DomainNumber(rawValue: 0) }
        }
        if !contexts[requester].isHeld(like: before) { dropPageRequests(of: requester) }
        if standing != .run { unbindPeers(of: requester) }
    }

    /// Says whether a requester can master the bus.
    public mutating func setBusMaster(_ isBusMaster: Bool, of requester: RequesterID) {
        changeContext(of: requester) { $0.isBusMaster = isBusMaster }
    }

    /// Says whether the translation requests of a requester are answered and its translated requests taken.
    public mutating func setATS(_ isEnabled: Bool, of requester: RequesterID) {
        changeContext(of: requester) { $0.isATSEnabled = isEnabled }
    }

    /// Gives a requester a context that walks a table: the host's for T=0, a trusted one for T=1, a guest's as first
    /// stage before either, as the profile says. A context is valid at once: nothing caches contexts.
    ///
    /// Throws `noSuchTable`, `notWalked`, or `occupied` when it already has one of that kind.
    public mutating func attach(_ number: TableNumber, to requester: RequesterID) throws(ContextError) {
        let kind = try walkedKind(of: number, for: requester)
        if let table = contexts[requester][kind].orNil { throw .occupied(by: table) }
        changeContext(of: requester) { $0[kind] = number }
    }

    /// Gives one address space of a requester a guest's table as its first stage.
    ///
    /// Throws like ``attach(_:to:)``; `notWalked` too when the table is not a guest's.
    public mutating func attach(
        _ number: TableNumber, to requester: RequesterID, _ pasid: PASID
    ) throws(ContextError) {
        let kind = try walkedKind(of: number, for: requester)
        guard kind == .guest else { throw .notWalked(kind) }
        if let table = contexts[requester, pasid] { throw .occupied(by: table) }
        contexts[requester, pasid] = number
    }

    /// Takes a requester's context of a kind away, if it has one. Taking the trusted one is the platform's cut of T=1.
    public mutating func detach(_ kind: TableKind, from requester: RequesterID) {
        changeContext(of: requester) { $0[kind] = .none }
        dropPageRequests(of: requester)
    }

    /// Takes the first stage of one address space away, if it has one.
    public mutating func detach(_ pasid: PASID, from requester: RequesterID) { contexts[requester, pasid] = nil }

    private mutating func changeContext(of requester: RequesterID, _ change: (inout RequesterContext) -> Void) {
        var context = contexts[requester]
        change(&context)
        contexts.set(
            context, of: requester, settling: settled(by: context, of: requester, .untrusted),
            settled(by: context, of: requester, .trusted))
    }

    private func walkedKind(
        of number: TableNumber, for requester: RequesterID
    ) throws(ContextError) -> TableKind {
        guard let kind = tableOwner(number)?.kind else { throw .noSuchTable(number) }
        guard profile.walks(kind, canBeTrusted: contexts[requester].canBeTrusted) else { throw .notWalked(kind) }
        return kind
    }
}

import PCIe

extension RemappingUnit {
    /// What the IOMMU driver of the VM that holds a function would believe of a DMA, beside what really happens.
    /// Changes nothing.
    public func guestView(of request: DMARequest) -> GuestView {
        let context = contexts[request.requesterID]
        let route = route(request)
        guard context.owner != nil else {
            return GuestView(belief: .noIOMMU, guestPhysical: nil, route: route, finding: .notTheGuests)
        }
        let belief = belief(about: request, context)
        let actual = guestPhysical(of: request, context, belief)
        return GuestView(
            belief: belief, guestPhysical: actual, route: route, finding: finding(belief, actual, route, request.tBit))
    }

    /// The guest's own table, walked as its driver would: whatever the T bit says.
    private func belief(about request: DMARequest, _ context: RequesterContext) -> GuestBelief {
        guard profile.walks(.guest) else { return .noIOMMU }
        let number = request.pasid.map { contexts[request.requesterID, $0] ?? .none } ?? context.guest
        guard let table = tableRecord(number) else {
            return .stopped(Fault(.noContext(request.tBit), at: request.address))
        }
        let end = request.address < table.width.limit ? nodes.walk(table.root, request.address) : nil
        guard let end, end.isLeaf else {
            let level = end?.level ?? table.width.levels
            return .stopped(Fault(.notMapped(level: level), in: table.owner, at: request.address))
        }
        guard end.permissionBits & UInt64(request.access.permission.rawValue) != 0 else {
            return .stopped(Fault(.permission(request.access), in: table.owner, at: request.address))
        }
        return .mapped(guestPhysical: end.physical(of: request.address))
    }

    /// The address that the second stage is asked for.
    private func guestPhysical(
        of request: DMARequest, _ context: RequesterContext, _ belief: GuestBelief
    ) -> UInt64? {
        guard case .walked(let walk) = profile.cell(context.standing, request.tBit).passage else { return nil }
        guard walk.hasFirstStage else { return request.address }
        switch belief {
        case .mapped(let guestPhysical): return guestPhysical
        case .noIOMMU, .stopped: return nil
        }
    }

    private func finding(_ belief: GuestBelief, _ actual: UInt64?, _ route: Route, _ tBit: TBit) -> GuestFinding {
        switch (belief, route) {
        case (.noIOMMU, .reaches), (.noIOMMU, .faults), (.stopped, .faults): .none
        case (.stopped, .reaches): actual.map { .identityFlip(believed: nil, actual: $0) } ?? .none
        case (.mapped(let believed), .reaches):
            actual == believed ? .none : .identityFlip(believed: believed, actual: actual ?? believed)
        case (.mapped(let believed), .faults(let fault)):
            isPastTheGuest(tBit) ? .identityFlipRefused(believed: believed, rule: fault.rule) : .stoppedUnseen
        }
    }

    /// Whether requests with this T value pass the guest's tables by where they are translated at all.
    private func isPastTheGuest(_ tBit: TBit) -> Bool {
        guard tBit == .untrusted, case .walked(let walk) = profile.cell(.unlocked, tBit).passage else { return false }
        return !walk.hasFirstStage
    }
}

internal import IOMMU
internal import PCIe

/// A remapping unit as a ``PlatformState`` says, with the numbers of its tables.
struct ModelUnit {
    var unit: RemappingUnit
    /// The untrusted mappings, where the state says that they were dropped.
    var ledger: MappingLedger?
    /// How it completes a conversion.
    let complete: @Sendable (inout RemappingUnit, PageConversion) throws -> Void

    static let host = TableNumber(rawValue: 0)
    static let own = TableNumber(rawValue: 1)
    static let trusted = TableNumber(rawValue: 2)
    static let guest = TableNumber(rawValue: 3)

    /// Builds it by the unit's own operations, in an order in which all of them are allowed: pages, tables, traces of
    /// DMA, the ledger, the pending conversion, and last the contexts.
    ///
    /// Throws what the unit throws when the state is none that it can be in.
    init(_ state: PlatformState, _ model: CheckerModel) throws {
        let profile = model.functions.routing(model.profile)
        complete = model.functions.conversion
        unit = RemappingUnit(profile: profile, memorySize: ModelPage.memorySize, cacheCapacity: 4)
        try givePages(state.page)
        model.functions.ownership(&unit)
        try makeTables(state)
        try leaveTraces(state)
        try takeLedger(state)
        if let conversion = state.page.conversion {
            try unit.requestConversion(conversion)
            for table in [Self.own, Self.trusted] { try unit.unmapExactly(ModelPage.convertible.frame, in: table) }
            if let vTOM = profile.vTOM {
                try unit.unmapExactly(ModelPage.convertible.mapping(at: vTOM).addresses, in: Self.trusted)
            }
        }
        if state.isFenced { try fence() }
        try setContexts(state)
        ask(state)
    }

    /// An address at which no table has anything.
    static let nowhere: UInt64 = 0x300_0000

    /// The device sends T=1 to nowhere in RUN.
    private mutating func fence() throws {
        unit.hold(ModelPage.device, as: .run, for: ModelPage.own)
        unit.setBusMaster(true, of: ModelPage.device)
        // Only what gets as far as the tables is fenced off: all those that T=1 walks are there.
        if unit.profile.walks(.guest) { try unit.attach(Self.guest, to: ModelPage.device) }
        try unit.attach(Self.trusted, to: ModelPage.device)
        _ = unit.perform(DMARequest(ModelPage.device, .trusted, Self.nowhere))
        for table in [TableKind.guest, .trusted] { unit.detach(table, from: ModelPage.device) }
    }

    private mutating func givePages(_ page: PageState) throws {
        let owners: [(ModelPage, FrameOwner)] = [
            (.ownPrivate, .private(ModelPage.own)), (.ownShared, .shared(ModelPage.own)),
            (.convertible, page.isPrivate ? .private(ModelPage.own) : .shared(ModelPage.own)),
            (.otherPrivate, .private(ModelPage.other)), (.otherShared, .shared(ModelPage.other)),
        ]
        for (page, owner) in owners { try unit.transfer(page.frame, from: .host, to: owner) }
    }

    private mutating func makeTables(_ state: PlatformState) throws {
        let width = unit.profile.vTOM == nil ? AddressWidth.bits39 : .bits48
        for owner in [TableOwner.host, .host, .trusted(ModelPage.own), .guest(ModelPage.own)] {
            _ = unit.makeTable(owner, width: width)
        }
        try unit.map([ModelPage.host.mapping()], in: Self.host)
        let shared = Self.sharedPages(state.page)
        let secret: [ModelPage] = state.page.isPrivate ? [.ownPrivate, .convertible] : [.ownPrivate]
        try unit.map(shared.map { $0.mapping() }, in: Self.own)
        try unit.map(secret.map { $0.mapping() }, in: Self.trusted)
        if let vTOM = unit.profile.vTOM { try unit.map(shared.map { $0.mapping(at: vTOM) }, in: Self.trusted) }
        for page in [ModelPage.ownPrivate, .ownShared, .convertible] {
            let address = page.physical + ModelPage.firstStageOffset
            let mapping = Mapping(address: address, physical: page.physical, pageSize: .small)
            try unit.map([mapping], in: Self.guest)
        }
    }

    /// The shared pages of the lane's VM.
    static func sharedPages(_ convertible: PageState) -> [ModelPage] {
        convertible.isPrivate ? [.ownShared] : [.ownShared, .convertible]
    }

    // MARK: Traces

    /// DMA is made as it was made: by the device in shared operation with T=0, in RUN with T=1.
    private mutating func leaveTraces(_ state: PlatformState) throws {
        guard !state.traces.isEmpty else { return }
        unit.setBusMaster(true, of: ModelPage.device)
        unit.setATS(true, of: ModelPage.device)
        for (table, kind) in [(Self.own, TableKind.host), (Self.trusted, .trusted), (Self.guest, .guest)]
        where unit.profile.walks(kind) {
            try unit.attach(table, to: ModelPage.device)
        }
        let sets: [(TBit, Standing, PlatformState.Traces, PlatformState.Traces, PlatformState.Traces)] = [
            (.untrusted, .unlocked, .untrustedATC, .untrustedFlight, .untrustedIOTLB),
            (.trusted, .run, .trustedATC, .trustedFlight, .trustedIOTLB),
        ]
        var cached: [(Standing, DMARequest)] = []
        for (tBit, standing, atc, flight, iotlb) in sets {
            unit.hold(ModelPage.device, as: standing, for: ModelPage.own)
            let request = unit.request(.convertible, tBit)
            if state.traces.contains(atc) {
                let content = FunctionRequest.Content.translation(address: request.address, nil, .read)
                _ = unit.answer(FunctionRequest(content, ModelPage.device, tBit))
            }
            if state.traces.contains(flight) { _ = try unit.launch(request) }
            if state.traces.contains(iotlb) { cached.append((standing, request)) }
        }
        unit.invalidate(.everything)
        for (standing, request) in cached {
            unit.hold(ModelPage.device, as: standing, for: ModelPage.own)
            _ = unit.perform(request)
        }
        for kind in TableKind.allCases { unit.detach(kind, from: ModelPage.device) }
    }

    /// Which traces of DMA to the convertible page there are in the caches. Flights are not looked at.
    var cached: PlatformState.Traces {
        var traces: PlatformState.Traces = []
        for (tBit, trace) in [(TBit.untrusted, PlatformState.Traces.untrustedATC), (.trusted, .trustedATC)]
        where Self.addresses(of: .convertible, unit.profile).contains(where: { address in
            unit.translatedByDevice(DMARequest(ModelPage.device, tBit, address)) != nil
        }) {
            traces.insert(trace)
        }
        var rest = unit
        for table in [Self.host, Self.own, Self.trusted] { _ = try? rest.unmap(0..<1 << 39, in: table) }
        if let vTOM = rest.profile.vTOM { _ = try? rest.unmap(vTOM..<vTOM + 1 << 39, in: Self.trusted) }
        while case .cached(let table, _) = rest.reach(of: ModelPage.convertible.frame) {
            traces.insert(table == Self.own ? .untrustedIOTLB : .trustedIOTLB)
            rest.invalidate(.table(table))
        }
        return traces
    }

    /// Device addresses at which a page may be found.
    static func addresses(of page: ModelPage, _ profile: RoutingProfile) -> [UInt64] {
        [0, ModelPage.firstStageOffset, ModelPage.hostileOffset].map { page.physical + $0 }
            + (profile.vTOM.map { [page.physical + $0] } ?? [])
    }

    // MARK: Ledger and contexts

    private mutating func takeLedger(_ state: PlatformState) throws {
        guard state.untrusted.isPutAway, unit.profile.walks(.host) else { return }
        try unit.attach(Self.own, to: ModelPage.device)
        var ledger = try unit.saveMappings(of: ModelPage.device, domain: ModelPage.own)
        try unit.dropMappings(&ledger)
        unit.detach(.host, from: ModelPage.device)
        self.ledger = ledger
        if state.untrusted == .reopened { try reopen(state.page) }
    }

    /// Maps the shared pages for T=0 beside T=1.
    mutating func reopen(_ page: PageState) throws {
        let shared = Self.sharedPages(page).filter { $0 != .convertible || unit.conversions.isEmpty }
        try unit.map(shared.map { $0.mapping() }, in: Self.own)
    }

    private mutating func setContexts(_ state: PlatformState) throws {
        if let table = state.untrusted.table, unit.profile.walks(.host) {
            try unit.attach(table, to: ModelPage.device)
        }
        if state.isTrustedOpen { try unit.attach(Self.trusted, to: ModelPage.device) }
        if unit.profile.walks(.guest) { try unit.attach(Self.guest, to: ModelPage.device) }
        unit.setBusMaster(state.isBusMaster, of: ModelPage.device)
        unit.setATS(true, of: ModelPage.device)
        unit.hold(ModelPage.device, as: state.standing, for: state.standing == .host ? nil : ModelPage.own)
    }
}

extension PlatformState.Untrusted {
    /// The table of the untrusted context, where the platform walks any for T=0; nil: none.
    var table: TableNumber? {
        switch self {
        case .none: nil
        case .host: ModelUnit.host
        case .own, .dropped, .reopened: ModelUnit.own
        }
    }
}

extension DMARequest {
    /// A read of one byte.
    init(
        _ requester: RequesterID, _ tBit: TBit, _ address: UInt64, _ pasid: PASID? = nil, isTranslated: Bool = false
    ) {
        self.init(
            requesterID: requester, tBit: tBit, pasid: pasid, address: address, isTranslated: isTranslated, count: 1,
            access: .read)
    }
}

extension RemappingUnit {
    /// A DMA to a page as the device would make it now: behind a first stage, or through vTOM, where that leads there.
    func request(_ page: ModelPage, _ tBit: TBit) -> DMARequest {
        let requests = ModelUnit.addresses(of: page, profile).map { DMARequest(ModelPage.device, tBit, $0) }
        return requests.first { reaches($0, page) } ?? requests[0]
    }

    /// Whether a DMA gets to a page.
    func reaches(_ request: DMARequest, _ page: ModelPage) -> Bool {
        switch route(request) {
        case .reaches(let segments): segments.contains { page.frame.contains($0.physical) }
        case .faults: false
        }
    }
}

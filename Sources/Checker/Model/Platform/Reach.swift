internal import IOMMU
internal import PCIe

/// What DMA with one T value gets to.
struct Reach: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    static let host = Reach(rawValue: 1)
    static let ownShared = Reach(rawValue: 2)
    static let ownPrivate = Reach(rawValue: 4)
    static let otherShared = Reach(rawValue: 8)
    static let otherPrivate = Reach(rawValue: 16)
    static let privates: Reach = [.ownPrivate, .otherPrivate]
    static let others: Reach = [.otherShared, .otherPrivate]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What it is to get to a page, whatever the unit takes it for.
    init(_ page: ModelPage, _ convertible: PageState) {
        switch page {
        case .host: self = .host
        case .ownShared: self = .ownShared
        case .ownPrivate: self = .ownPrivate
        case .convertible: self = convertible.isPrivate ? .ownPrivate : .ownShared
        case .otherShared: self = .otherShared
        case .otherPrivate: self = .otherPrivate
        }
    }
}

/// What a function reaches with T=0 and with T=1 when neither it nor the host keeps to any rule: every page at every
/// address, with and without PASID, translated requests too, with a host that maps all memory for it, and a function of another
/// VM that it would like to send T=1 to. Decided by the shipped unit's `route` and `answer`.
struct Routes: Hashable, Sendable {
    let untrusted: Reach
    let trusted: Reach
    /// What T=0 and T=1 get to by the tables as they are, without the hostile host's.
    let ordinary: Reach

    /// What a device is taken to reach where no unit can be made of what is written down of it: that breaks a rule at
    /// once, so that a flaw of the model shows instead of hiding what it should find.
    static let everything = Routes(
        untrusted: Reach(rawValue: .max), trusted: Reach(rawValue: .max), ordinary: Reach(rawValue: .max))

    private init(untrusted: Reach, trusted: Reach, ordinary: Reach) {
        (self.untrusted, self.trusted, self.ordinary) = (untrusted, trusted, ordinary)
    }

    /// Tries all of it.
    init(_ state: PlatformState, _ model: CheckerModel) throws {
        self.init(try ModelUnit(state, model).unit, convertible: state.page)
    }

    /// Tries all of it on a unit.
    init(_ unit: RemappingUnit, convertible: PageState) {
        var unit = unit
        ordinary = Self.reach(.untrusted, unit, convertible).union(Self.reach(.trusted, unit, convertible))
        if let table = unit.context(of: ModelPage.device).hostTable {
            for page in ModelPage.allCases {
                for offset in [0, ModelPage.hostileOffset] { _ = try? unit.map([page.mapping(at: offset)], in: table) }
            }
        }
        untrusted = Self.reach(.untrusted, unit, convertible)
        trusted = Self.reach(.trusted, unit, convertible).union(Self.reachesPeer(unit) ? .otherPrivate : [])
    }

    /// Whether T=1 of the function gets to a function of another VM that is in RUN, if it is asked to be bound to it.
    private static func reachesPeer(_ unit: RemappingUnit) -> Bool {
        var unit = unit
        unit.hold(ModelPage.peer, as: .run, for: ModelPage.other)
        unit.setBusMaster(true, of: ModelPage.peer)
        _ = unit.bindPeers(ModelPage.device, ModelPage.peer)
        let answer = unit.answer(FunctionRequest(.peer(ModelPage.peer), ModelPage.device, .trusted))
        return switch answer {
        case .passes: true
        case .translated, .forwarded, .refused: false
        }
    }

    private static func reach(_ tBit: TBit, _ unit: RemappingUnit, _ convertible: PageState) -> Reach {
        var reach: Reach = []
        for page in ModelPage.allCases {
            let plain = ModelUnit.addresses(of: page, unit.profile).flatMap { address in
                [nil, ModelPage.pasid].map { DMARequest(ModelPage.device, tBit, address, $0) }
            }
            let translated = DMARequest(ModelPage.device, tBit, page.physical, isTranslated: true)
            for request in plain + [translated] where unit.reaches(request, page) {
                reach.formUnion(Reach(page, convertible))
            }
        }
        return reach
    }
}

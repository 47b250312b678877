internal import Assignment
internal import IOMMU
internal import PCIe

// Page requests for the convertible page, and what answers to them do.

extension ModelUnit {
    /// What waits for its answer.
    var asked: PlatformState.Asked {
        unit.openPageRequests.reduce(into: []) { $0.insert($1.tBit == .trusted ? .trusted : .untrusted) }
    }

    /// The device's request that the page be made present.
    func pageRequest(_ tBit: TBit) -> FunctionRequest {
        FunctionRequest(.page(address: pageWanted(tBit).address, nil), ModelPage.device, tBit)
    }

    /// The page in the table that is walked first, where the device looks for it.
    func pageWanted(_ tBit: TBit) -> Mapping {
        guard case .walked(let walk) = unit.profile.cell(tBit == .trusted ? .run : .unlocked, tBit).passage,
            walk.hasFirstStage
        else { return ModelPage.convertible.mapping() }
        return Mapping(
            address: ModelPage.convertible.physical + ModelPage.firstStageOffset,
            physical: ModelPage.convertible.physical, pageSize: .small)
    }

    /// Makes requests that a state says are open, as far as they can be: the function could master the bus then.
    mutating func ask(_ state: PlatformState) {
        guard !state.asked.isEmpty else { return }
        unit.setBusMaster(true, of: ModelPage.device)
        for tBit in [TBit.untrusted, .trusted]
        where state.asked.contains(tBit == .trusted ? .trusted : .untrusted) {
            _ = unit.answer(pageRequest(tBit))
        }
        unit.setBusMaster(state.isBusMaster, of: ModelPage.device)
    }
}

/// What comes of the word of whoever has to see to the page, who hurries and is careless: he says that it is there,
/// whatever has become of page and device since they asked, and whether they asked at all.
enum PageAnswered {
    /// It changes nothing, or not more than that a request is open no more.
    case state(PlatformState)
    /// He has mapped what he should not.
    case broken(Violation)

    /// Has him answer; what is mapped then and was not before, breaks a rule: every page that ought to be is.
    init(_ tBit: TBit, on state: PlatformState, _ model: CheckerModel) throws {
        var model = try (unit: ModelUnit(state, model), answer: model.functions.pageAnswer)
        let before = model.unit.mappings
        model.answer(&model.unit.unit, model.unit.pageRequest(tBit), model.unit.pageWanted(tBit))
        guard model.unit.mappings == before else {
            self = .broken(Self.violation(tBit, state))
            return
        }
        var next = state
        next.asked = model.unit.asked
        self = .state(next)
    }

    private static func violation(_ tBit: TBit, _ state: PlatformState) -> Violation {
        if let conversion = state.page.conversion {
            return Violation(.noConversionUnderDMA, "a page request is answered during the \(conversion)")
        }
        if tBit == .trusted {
            return Violation(.noTrustedDMAWithoutRun, "a page request with T=1 is answered in \(state.standing)")
        }
        return state.page.isPrivate
            ? Violation(.noUntrustedDMAToPrivate, "a page request with T=0 is answered with a private page")
            : Violation(.restoreLast, "an answer to a page request brings a mapping back in \(state.standing)")
    }
}

extension ModelUnit {
    /// What its tables map.
    fileprivate var mappings: [TranslationTable?] { [Self.host, Self.own, Self.trusted, Self.guest].map(unit.table) }
}

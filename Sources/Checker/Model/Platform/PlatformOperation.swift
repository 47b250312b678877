public import IOMMU
internal import PCIe

/// One thing done to the platform that a lane sees: the words that effects are made of.
public enum PlatformOperation: Hashable, Sendable {
    /// What the platform lets the function do from now on.
    case hold(Standing)
    /// Bus mastering on or off, in the function and above it.
    case setBusMaster(Bool)
    /// The untrusted context is taken away, with the table if it was the function's own.
    case detachUntrusted
    /// The host's own table.
    case attachToHost
    /// A table of its own with the shared pages of its VM.
    case attachToDomain
    /// The untrusted mappings are written down in the ledger, and dropped.
    case dropMappings
    case restoreMappings
    case openTrusted
    case detachTrusted
    /// An invalidation of what was cached through the function's host table, and the wait for it.
    case invalidateUntrusted
    /// An invalidation of what was cached through the trusted table, and the wait for it.
    case invalidateTrusted
    /// The device gives its translations up: at LOCK, STOP and resets, or asked to.
    case clearDeviceCache
    /// The device uses the convertible page: it asks for a translation, and a DMA is in flight.
    case use(TBitValue)
    /// The device asks that the convertible page be made present.
    case askForPage(TBitValue)
    /// The device sends T=1 to where nothing is mapped.
    case faultTrusted
    /// The fence that a T=1 which faulted has put up is lifted.
    case clearFence
    /// What is in flight lands.
    case land
    /// A step of the conversion of the VM's page.
    case convert(ConversionStep)

    /// A T value; T as PCIe has it.
    public enum TBitValue: UInt8, Hashable, Sendable, CaseIterable {
        case untrusted, trusted

        /// The bit.
        var tBit: TBit { self == .trusted ? .trusted : .untrusted }
    }
}

extension PlatformOperation {
    /// Carries it out on the shipped remapping unit. Nil: the unit refuses, or there can be none that is as the state says
    /// (which ``Routes`` has break a rule); nothing changes.
    func carriedOut(on state: PlatformState, _ model: CheckerModel) -> PlatformState? {
        guard var unit = try? ModelUnit(state, model) else { return nil }
        return carriedOut(on: &unit, of: state)
    }

    /// Carries it out on a unit that is as a state says. Nil: the unit refuses.
    func carriedOut(on unit: inout ModelUnit, of state: PlatformState) -> PlatformState? {
        var next = state
        do {
            try carryOut(on: &unit, &next)
            next.asked = unit.asked
            return next
        } catch {
            return nil
        }
    }

    /// Changes the unit, and writes down what is to be seen of it then.
    private func carryOut(on model: inout ModelUnit, _ next: inout PlatformState) throws {
        let device = ModelPage.device
        switch self {
        case .hold(let standing):
            model.unit.hold(device, as: standing, for: ModelPage.own)
            next.standing = model.unit.context(of: device).standing
        case .setBusMaster(let isOn):
            model.unit.setBusMaster(isOn, of: device)
            next.isBusMaster = model.unit.context(of: device).isBusMaster
        case .detachUntrusted: try attach(.none, &model, &next)
        case .attachToHost: try attach(.host, &model, &next)
        case .attachToDomain: try attach(.own, &model, &next)
        case .dropMappings: try drop(&model, &next)
        case .restoreMappings: try restore(&model, &next)
        case .openTrusted:
            model.unit.detach(.trusted, from: device)
            try model.unit.attach(ModelUnit.trusted, to: device)
            next.isTrustedOpen = model.unit.context(of: device).trustedTable != nil
            try reopen(&model, &next)
        case .detachTrusted:
            model.unit.detach(.trusted, from: device)
            next.isTrustedOpen = model.unit.context(of: device).trustedTable != nil
            // Opened with the trusted entry, closed with it.
            if next.untrusted == .reopened { next.untrusted = .dropped }
        case .invalidateUntrusted: try invalidate(ModelUnit.own, &model, &next)
        case .invalidateTrusted: try invalidate(ModelUnit.trusted, &model, &next)
        case .clearDeviceCache:
            model.unit.clearDeviceCache(of: device)
            next.traces = model.cached.union(next.traces.intersection(.flights))
        case .use(let value): try use(value.tBit, &model, &next)
        case .askForPage(let value): _ = model.unit.answer(model.pageRequest(value.tBit))
        case .faultTrusted:
            _ = model.unit.perform(DMARequest(device, .trusted, ModelUnit.nowhere))
            next.isFenced = !model.unit.fencedDomains.isEmpty
        case .clearFence:
            model.unit.clearFence(of: ModelPage.own)
            next.isFenced = !model.unit.fencedDomains.isEmpty
        case .land: next.traces.subtract(.flights)
        case .convert(let step): try convert(step, &model, &next)
        }
    }

    private func attach(
        _ untrusted: PlatformState.Untrusted, _ model: inout ModelUnit, _ next: inout PlatformState
    ) throws {
        model.unit.detach(.host, from: ModelPage.device)
        next.untrusted = untrusted
        if let table = untrusted.table, model.unit.profile.walks(.host) {
            try model.unit.attach(table, to: ModelPage.device)
        }
    }

    /// Where the platform translates no T=0, there is nothing to write down.
    private func drop(_ model: inout ModelUnit, _ next: inout PlatformState) throws {
        if model.unit.profile.walks(.host) {
            var ledger = try model.unit.saveMappings(of: ModelPage.device, domain: ModelPage.own)
            try model.unit.dropMappings(&ledger)
        }
        next.untrusted = .dropped
    }

    /// Where the platform declares T=0 beside T=1, the shared pages are there for it again.
    private func reopen(_ model: inout ModelUnit, _ next: inout PlatformState) throws {
        guard model.unit.profile.declaresMixedTraffic, next.untrusted == .dropped else { return }
        try model.reopen(next.page)
        next.untrusted = .reopened
    }

    /// The ledger was written down while the page was what it is now: had it been private then, it would only be left
    /// out where it now is mapped, and a host may map shared pages as it likes.
    private func restore(_ model: inout ModelUnit, _ next: inout PlatformState) throws {
        if model.unit.profile.walks(.host) {
            guard var ledger = model.ledger else { throw ModelRefusal() }
            try model.unit.restoreMappings(&ledger)
        }
        next.untrusted = .own
    }

    /// The IOTLB forgets at once. What is in flight lands later, and holds a conversion up until it has.
    private func invalidate(
        _ table: TableNumber, _ model: inout ModelUnit, _ next: inout PlatformState
    ) throws {
        model.unit.invalidate(.table(table))
        next.traces = model.cached.union(next.traces.intersection(.flights))
    }

    private func use(_ tBit: TBit, _ model: inout ModelUnit, _ next: inout PlatformState) throws {
        let request = model.unit.request(.convertible, tBit)
        let content = FunctionRequest.Content.translation(address: request.address, nil, .read)
        _ = model.unit.answer(FunctionRequest(content, ModelPage.device, tBit))
        _ = try model.unit.launch(request)
        let flight: PlatformState.Traces = tBit == .trusted ? .trustedFlight : .untrustedFlight
        next.traces = model.cached.union(next.traces.intersection(.flights)).union(flight)
    }

    private func convert(
        _ step: ConversionStep, _ model: inout ModelUnit, _ next: inout PlatformState
    ) throws {
        guard let after = next.page.after(step) else { throw ModelRefusal() }
        switch step {
        case .request: if let conversion = after.conversion { try model.unit.requestConversion(conversion) }
        case .complete:
            if let conversion = next.page.conversion { try model.complete(&model.unit, conversion) }
            next.traces = model.cached.union(next.traces.intersection(.flights))
        case .cancel: if let conversion = next.page.conversion { try model.unit.cancelConversion(conversion) }
        }
        next.page = after
    }
}

/// The model's platform does not do this now.
struct ModelRefusal: Error {}

public import IOMMU
public import PCIe
internal import TDISP

/// The way that one DMA of a function would take: the device and what it holds of translations, the root port, the
/// IOMMU; and what the function's guest would believe of it. Each part is asked whatever the ones before it say.
public struct DMAExplanation: Hashable, Sendable, Codable {
    /// Why a device that keeps to its rules does not send it; nil: it does.
    public let device: DMAStop?
    /// What the device's own translations make of it; nil: it uses none (ATS).
    public let translation: TranslationUse?
    /// Why it does not pass the root port; nil: it does.
    public let rootPort: DMAStop?
    /// What the IOMMU makes of it, as the device sends it: of a translated request, where it holds a translation.
    public let iommu: RouteExplanation
    /// How it looks from inside the VM that has the function; empty: the host has it.
    public let guest: [GuestPart]
}

/// How all that a guest's driver can give its device looks from inside the VM.
public struct GuestOverview: Hashable, Sendable, Codable {
    /// By T=0.
    public let untrusted: [GuestPart]
    /// By T=1.
    public let trusted: [GuestPart]
}

/// What a device with ATS does about the address of a DMA before it sends it.
public enum TranslationUse: Hashable, Sendable, Codable {
    /// It holds a translation to this host physical address, and sends a translated request.
    case held(physical: UInt64)
    /// It holds none, asks, and is given this one; it sends a translated request.
    case given(physical: UInt64, Permissions)
    /// It holds none, and is given none for this reason; the IOMMU translates on the way.
    case refused(RequestRefusal)
    /// Its question for a translation does not get past the root port.
    case unasked
    /// The DMA crosses pages, and is left to the IOMMU.
    case crossesPages
}

extension HostModel {
    /// How one DMA of a function would go, step by step; nil: there is no such function. Nothing is sent.
    public func explain(
        _ address: FunctionAddress, _ tBit: TBit, at target: UInt64, count: UInt64 = 64, access: DMAAccess = .read
    ) -> DMAExplanation? {
        guard let (device, function) = locate(address), let unit = unitBehindTranslations(of: function, device) else {
            return nil
        }
        let request = DMARequest(
            requesterID: address.requesterID, tBit: tBit, address: target, count: count, access: access)
        let stop = stopAtRootPort(request, over: stream(of: function, device, tBit), device)
        let use = translationUse(of: request, function, unit, isStopped: stop != nil)
        let translated = request.translated(use)
        return DMAExplanation(
            device: stopInDevice(function, device, tBit), translation: use, rootPort: stop,
            iommu: unit.explain(translated ?? request), guest: unit.guestView(of: request, sentAs: translated))
    }

    /// How all that a guest's driver can give its device looks from inside the VM: shared pages by T=0, and in RUN
    /// private ones by T=1, shared ones too where there is a window to them. Empty: the host has the function.
    public func guestView(of address: FunctionAddress) -> GuestOverview? {
        guard let unit = memory.unit(of: address) else { return nil }
        guard let domain = software[address]?.domain.flatMap({ domains[$0] }) else {
            return GuestOverview(untrusted: [], trusted: [])
        }
        let requester = address.requesterID
        let window = unit.profile.vTOM.map { vTOM in
            domain.shared.map { vTOM + $0.lowerBound..<vTOM + $0.upperBound }
        }
        let isRunning = unit.context(of: requester).standing == .run
        return GuestOverview(
            untrusted: unit.guestView(of: requester, .untrusted, memory: domain.shared),
            trusted: isRunning
                ? unit.guestView(of: requester, .trusted, memory: domain.private + (window ?? [])) : [])
    }

    /// The stream that a function sends requests with a T value over now; nil: none.
    func stream(of function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit) -> StreamID? {
        if case .emit(tBit, let stream) = emission(of: function, device) { stream } else { nil }
    }

    /// Why a device that keeps to its rules sends no memory request with this T value now; nil: it does. In RUN it may
    /// send T=0 too where the platform has a way for that.
    private func stopInDevice(_ function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit) -> DMAStop? {
        guard device.isPresent, device.rootPort.isLinkUp else { return .deviceGone }
        switch emission(of: function, device) {
        case .emit(tBit, _): return nil
        case .emit(.trusted, _): return memory.profile.declaresMixedTraffic ? nil : .notSent
        case .emit, .suppress: return .notSent
        }
    }

    /// What the DMA that ``sendAsOrdered(_:from:_:)`` would send looks like, and why.
    private func translationUse(
        of request: DMARequest, _ function: EmulatedFunction, _ unit: RemappingUnit, isStopped: Bool
    ) -> TranslationUse? {
        guard function.isATSEnabled else { return nil }
        guard request.isInOnePage else { return .crossesPages }
        if let held = unit.translatedByDevice(request) { return .held(physical: held.address) }
        guard !isStopped else { return .unasked }
        let question = FunctionRequest(
            .translation(address: request.address, nil, request.access), request.requesterID, request.tBit)
        switch unit.verdict(on: question) {
        case .translated(let page, let permissions):
            return .given(physical: page | request.address & 0xFFF, permissions)
        case .refused(let refusal): return .refused(refusal)
        case .passes, .forwarded: return nil
        }
    }
}

extension DMARequest {
    /// The request as a device sends it that holds a translation; nil: it holds none. Of one that it is given now, how it
    /// comes about is what there is to tell; it leads to the same page.
    fileprivate func translated(_ use: TranslationUse?) -> DMARequest? {
        guard case .held(let physical) = use else { return nil }
        var sent = self
        (sent.address, sent.isTranslated) = (physical, true)
        return sent
    }
}

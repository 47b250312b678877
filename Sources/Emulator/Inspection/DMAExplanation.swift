public import IOMMU
public import PCIe
internal import TDISP

/// The way that one DMA of a function would take: the device, the root port, the IOMMU; and what the function's guest
/// would believe of it. Each part is asked whatever the ones before it say.
public struct DMAExplanation: Hashable, Sendable, Codable {
    /// Why a device that keeps to its rules does not send it; nil: it does.
    public let device: DMAStop?
    /// Why it does not pass the root port; nil: it does.
    public let rootPort: DMAStop?
    /// What the IOMMU makes of it.
    public let iommu: RouteExplanation
    /// How it looks from inside the VM that has the function.
    public let guest: GuestView
}

extension HostModel {
    /// How one DMA of a function would go, step by step; nil: there is no such function. Nothing is sent.
    public func explain(
        _ address: FunctionAddress, _ tBit: TBit, at target: UInt64, count: UInt64 = 64, access: DMAAccess = .read
    ) -> DMAExplanation? {
        guard let (device, function) = locate(address), let unit = memory.unit(of: address) else { return nil }
        let request = DMARequest(
            requesterID: address.requesterID, tBit: tBit, address: target, count: count, access: access)
        let stream = stream(of: function, device, tBit)
        return DMAExplanation(
            device: stopInDevice(function, device, tBit), rootPort: stopAtRootPort(request, over: stream, device),
            iommu: unit.explain(request), guest: unit.guestView(of: request))
    }

    /// The stream that a function sends requests with a T value over now; nil: none.
    func stream(of function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit) -> StreamID? {
        if case .emit(tBit, let stream) = emission(of: function, device) { stream } else { nil }
    }

    /// Why a device that keeps to its rules sends no memory request with this T value now; nil: it does.
    private func stopInDevice(_ function: EmulatedFunction, _ device: EmulatedDevice, _ tBit: TBit) -> DMAStop? {
        guard device.isPresent, device.rootPort.isLinkUp else { return .deviceGone }
        if case .emit(tBit, _) = emission(of: function, device) { return nil }
        return .notSent
    }
}

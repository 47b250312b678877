public import IOMMU
public import PCIe
internal import TDISP

// What a function sends that is not DMA to memory: interrupts, and DMA to another function. It goes the same way: past
// the function's own rules, the root port, the IOMMU, and for a peer the rules of that one.

/// What became of a request that is not DMA to memory.
public enum RequestOutcome: Hashable, Sendable, Codable {
    /// It was delivered.
    case delivered
    /// It was stopped on the way.
    case stopped(RequestStop)
}

/// Where such a request was stopped.
public enum RequestStop: Hashable, Sendable, Codable {
    /// The function did not send it: the TDISP rules of its state forbid it, bus mastering is off, or it has no way to.
    case notSent
    /// The function is not there.
    case deviceGone
    /// The IOMMU.
    case refused(RequestRefusal)
    /// The other function: the TDISP rules of its state do not take it.
    case rejected(RequesterID)
}

extension RequestStop: TextWithNames {
    /// One clause for a person.
    public func text(_ names: Names) -> String {
        switch self {
        case .notSent: "the device did not send it"
        case .deviceGone: "the device is not there"
        case .refused(let refusal): "IOMMU: \(refusal.text(names))"
        case .rejected(let peer): "\(names.requester(peer)) does not take it"
        }
    }
}

/// How the interrupts of a function go now.
public struct InterruptView: Hashable, Sendable, Codable {
    /// Whether its MSI-X table is locked and reported.
    public let isTableLocked: Bool
    /// The T bit with which it sends them; nil: it sends none.
    public let tBit: TBit?
    /// What becomes of one.
    public let outcome: RequestOutcome
}

extension HostModel {
    /// Sends one MSI-X interrupt of a function, as its device would; with a T bit, as a device would that breaks its
    /// rules.
    public func tryInterrupt(_ address: FunctionAddress, _ forced: TBit? = nil) -> RequestOutcome {
        guard let (device, function) = locate(address), device.has(function) else { return .stopped(.deviceGone) }
        let isLocked = device.tdi(address.requesterID)?.lock?.report.locksMSIX ?? false
        let honest: TBit? = if case .emit(let tBit, _) = emission(.msiX, of: function, device) { tBit } else { nil }
        guard function.hasMSIX, let tBit = forced ?? honest else {
            return .stopped(.notSent)
        }
        return outcome(of: FunctionRequest(.interrupt(isLocked: isLocked), address.requesterID, tBit), address)
    }

    /// Sends one DMA of a function to another one's memory, as its device would; with a T bit, as a device would that
    /// breaks its rules.
    public func tryPeer(_ address: FunctionAddress, to other: FunctionAddress, _ forced: TBit? = nil) -> RequestOutcome
    {
        guard let (device, function) = locate(address), device.has(function), let (peer, end) = locate(other),
            peer.has(end)
        else { return .stopped(.deviceGone) }
        let stream = tsm.peerStreams.first { $0.peer(of: address) == other }?.stream
        let kind = stream.map(TrafficRules.Outbound.peerMemory) ?? .memory
        var (tBit, over): (TBit?, StreamID?) = (nil, nil)
        if case .emit(let bit, let carrier) = emission(kind, of: function, device) { (tBit, over) = (bit, carrier) }
        guard let tBit = forced ?? tBit else { return .stopped(.notSent) }
        let passed = outcome(of: FunctionRequest(.peer(other.requesterID), address.requesterID, tBit), address)
        guard passed == .delivered, let tdi = peer.tdi(other.requesterID) else { return passed }
        let verdict = TrafficRules.inbound(.teeMemory, tBit: tBit, stream: over, to: TrafficRules.Interface(tdi))
        return verdict == .accept ? .delivered : .stopped(.rejected(other.requesterID))
    }

    /// How the interrupts of a function go now; nil: it has none.
    public func interrupts(of address: FunctionAddress) -> InterruptView? {
        guard let (device, function) = locate(address), function.hasMSIX else { return nil }
        let tBit: TBit? = if case .emit(let tBit, _) = emission(.msiX, of: function, device) { tBit } else { nil }
        return InterruptView(
            isTableLocked: device.tdi(address.requesterID)?.lock?.report.locksMSIX ?? false, tBit: tBit,
            outcome: tryInterrupt(address))
    }

    private func outcome(of request: FunctionRequest, _ address: FunctionAddress) -> RequestOutcome {
        switch memory.unit(of: address)?.verdict(on: request) {
        case .passes, .translated, .forwarded: .delivered
        case .refused(let refusal): .stopped(.refused(refusal))
        case nil: .stopped(.deviceGone)
        }
    }
}

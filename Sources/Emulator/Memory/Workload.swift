internal import IOMMU
internal import PCIe
internal import TDISP

/// What the DMA of a function has come to.
public struct WorkloadCounters: Hashable, Sendable, Codable {
    /// T=0 that reached the host's buffers.
    public internal(set) var hostArrived = 0
    /// T=0 that reached shared pages.
    public internal(set) var sharedArrived = 0
    /// T=1 that reached private pages.
    public internal(set) var privateArrived = 0
    /// What the device held back, because the TDISP rules or the bus master bit say so.
    public internal(set) var heldBack = 0
    /// What its driver wanted and the root port or the IOMMU stopped.
    public internal(set) var stopped = 0
    /// What it tried although it may not.
    public internal(set) var attempts = 0
    /// What of that reached memory. Anything but 0 is a hole.
    public internal(set) var violations = 0
}

/// The workload of one function.
struct WorkloadState {
    var description: Topology.Workload
    var counters = WorkloadCounters()
    /// How many transfers were made; picks the next address.
    var cursor: UInt64 = 0

    init(_ description: Topology.Workload) { self.description = description }

    /// Pages that a driver gives its device for transfers.
    static let ringPages: UInt64 = 8

    /// Makes the next transfer, to an address in a ring of pages.
    mutating func nextAddress(in ring: Range<UInt64>) -> UInt64 {
        cursor &+= 1
        let pages = max(1, (ring.upperBound - ring.lowerBound) / 4096)
        switch description.pattern {
        case .idle, .sequential: return ring.lowerBound + cursor % pages * 4096
        case .scattered: return ring.lowerBound + (cursor &* 0x9E37_79B9) % pages * 4096
        }
    }

    /// What the transfer writes.
    var pattern: UInt8 { UInt8(truncatingIfNeeded: cursor) }

    /// Whether the transfer is a write; the first is.
    var isWrite: Bool { cursor % 2 == 1 }
}

extension HostModel {
    /// The functions of a device make their next transfers.
    mutating func runWorkload(of device: EmulatedDevice) {
        for function in device.functions {
            guard let workload = workloads[function.address] else { continue }
            if workload.description.misbehaves { tryForbidden(function, device) }
            guard workload.description.pattern != .idle, isDriven(function) else { continue }
            for _ in 0..<workload.description.burst { transfer(function, device) }
        }
    }

    private func isDriven(_ function: EmulatedFunction) -> Bool {
        guard let software = software[function.address], software.isDriven else { return false }
        guard let domain = software.domain else { return true }
        return domains[domain]?.isRunning ?? false
    }

    /// One transfer that the driver ordered, as the TDISP rules let the function send it.
    private mutating func transfer(_ function: EmulatedFunction, _ device: EmulatedDevice) {
        let address = function.address
        guard case .emit(let tBit, let stream) = emission(of: function, device),
            let ring = ring(of: address, tBit)
        else {
            workloads[address]?.counters.heldBack += 1
            return
        }
        guard var workload = workloads[address] else { return }
        let size = Int(workload.description.size)
        let target = workload.nextAddress(in: ring)
        let packet: TLP =
            workload.isWrite
            ? .write(
                [UInt8](repeating: workload.pattern, count: size), at: target, from: address.requesterID, tBit,
                over: stream)
            : .read(size, at: target, from: address.requesterID, tBit, over: stream)
        workloads[address] = workload
        let state = state(of: function, device)
        count(sendAsOrdered(packet, from: function, device), packet, function, in: state)
    }

    /// The pages that the driver gave its device, as it sees them: the host's buffers, shared pages, or private ones.
    func ring(of function: FunctionAddress, _ tBit: TBit) -> Range<UInt64>? {
        guard let id = software[function]?.domain else { return tBit == .untrusted ? HostMemory.hostBuffers : nil }
        guard let ring = domains[id]?.ring(tBit) else { return nil }
        let first = memory.deviceAddress(ring.lowerBound, tBit, of: function)
        return first..<first + (ring.upperBound - ring.lowerBound)
    }

    // MARK: Counting

    private mutating func count(
        _ outcome: DMAOutcome, _ packet: TLP, _ function: EmulatedFunction, in state: TDIState
    ) {
        guard var counters = workloads[function.address]?.counters else { return }
        switch outcome {
        case .stopped: counters.stopped += 1
        case .arrived(let segments):
            if !isLegitimate(packet, segments, function, in: state) { counters.violations += 1 }
            switch segments.first?.owner {
            case .host: counters.hostArrived += 1
            case .shared: counters.sharedArrived += 1
            case .private: counters.privateArrived += 1
            case nil: break
            }
        }
        workloads[function.address]?.counters = counters
    }

    /// The state that a DMA is sent in. What it meets on its way may change that.
    private func state(of function: EmulatedFunction, _ device: EmulatedDevice) -> TDIState {
        device.tdi(function.address.requesterID)?.state ?? .configUnlocked
    }

    /// Whether a DMA that arrived was allowed to, judged by the state of the device and the owner of the page alone, so
    /// that a hole in tables and gates shows.
    private func isLegitimate(
        _ packet: TLP, _ segments: [Segment], _ function: EmulatedFunction, in state: TDIState
    ) -> Bool {
        let domain = software[function.address]?.domain.flatMap { domains[$0]?.number }
        let mayMix = state == .run && memory.profile.declaresMixedTraffic
        return packet.requesterID == function.address.requesterID
            && segments.allSatisfy { segment in
                switch (segment.owner, packet.tBit) {
                case (.private(let owner), .trusted): owner == domain && state == .run
                case (.shared(let owner), .untrusted): owner == domain && (state == .configUnlocked || mayMix)
                case (.shared(let owner), .trusted): owner == domain && state == .run && memory.profile.vTOM != nil
                case (.host, .untrusted): domain == nil && state == .configUnlocked
                case (.private, .untrusted), (.host, .trusted): false
                }
            }
    }

    // MARK: Misbehaviour

    /// Tries what no function may do: each combination of T and target, as if the function's own rules did not hold.
    /// Its IDE hardware belongs to the DSM, so T=1 gets a stream only where the DSM would give it one.
    private mutating func tryForbidden(_ function: EmulatedFunction, _ device: EmulatedDevice) {
        let honest = emission(of: function, device)
        for tBit in TBit.allCases {
            let stream: StreamID? = if case .emit(tBit, let stream) = honest { stream } else { nil }
            for target in forbiddenTargets {
                attempt(
                    .write(Self.scribble, at: target, from: function.address.requesterID, tBit, over: stream), function,
                    device)
            }
        }
        let foreign = RequesterID(rawValue: function.address.requesterID.rawValue ^ 0x8000)
        attempt(.write(Self.scribble, at: 0, from: foreign, .untrusted), function, device)
    }

    private static let scribble = [UInt8](repeating: 0xEE, count: 64)

    /// Guest and host addresses of the first page of each kind of each domain, and one of the host's.
    private var forbiddenTargets: [UInt64] {
        let inDomains = domains.values.sorted { $0.number < $1.number }.prefix(4).flatMap { domain in
            [domain.shared.first, domain.private.first].compactMap { $0?.lowerBound }.flatMap {
                [$0, domain.base + $0]
            }
        }
        return Set(inDomains + [HostMemory.hostBuffers.lowerBound]).sorted()
    }

    private mutating func attempt(_ packet: TLP, _ function: EmulatedFunction, _ device: EmulatedDevice) {
        let state = state(of: function, device)
        let outcome = send(packet, from: device)
        workloads[function.address]?.counters.attempts += 1
        guard case .arrived(let segments) = outcome, !isLegitimate(packet, segments, function, in: state) else {
            return
        }
        workloads[function.address]?.counters.violations += 1
    }
}

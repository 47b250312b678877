public import Assignment
public import Attestation
public import IOMMU
public import PCIe
internal import SPDM
public import TDISP

/// Where one function is, as the parts of the emulated host have it: what the device says beside what the host
/// recorded.
public struct FunctionView: Hashable, Sendable, Codable {
    /// The function.
    public let address: FunctionAddress
    /// What its device is.
    public let name: String
    /// The TDISP state of the device's own machine; nil: no TDISP, or the function is not there.
    public let state: TDIState?
    /// The host driver that is bound.
    public let driver: String?
    /// The domain that holds it.
    public let domain: DomainID?
    /// Whether the guest's driver is bound.
    public let hasGuestDriver: Bool
    /// Whether it may send memory requests.
    public let isBusMaster: Bool
    /// The engine's lock epoch that the TSM holds a lock of.
    public let lockEpoch: UInt32?
    /// How the platform holds it.
    public let standing: Standing
    /// The VM that the platform holds it for; nil: the host.
    public let holder: DomainNumber?
    /// The IOMMU's table for T=0.
    public let hostTable: TableNumber?
    /// The IOMMU's table for T=1.
    public let trustedTable: TableNumber?
    /// What its DMA has come to.
    public let workload: WorkloadCounters
}

/// The stream between a root port and a device.
public struct StreamView: Hashable, Sendable, Codable {
    /// The device, by its function 0.
    public let device: FunctionAddress
    /// The root port.
    public let rootPort: FunctionAddress
    /// The stream; nil: none is set up.
    public let stream: StreamID?
    /// Whether the device's end is Secure.
    public let isDeviceSecure: Bool
    /// Whether the root port's end is Secure.
    public let isRootPortSecure: Bool
    /// The session that keyed it, while it lives.
    public let session: UInt32?
    /// What was negotiated for the session and with whom, one line, while it lives.
    public let negotiated: String?
    /// What the device measured when it was last asked, signed in a session; empty when it never was.
    public let measurements: [Measurement]
}

/// What DMA of one function can reach.
public struct RoutesView: Hashable, Sendable, Codable {
    /// The function.
    public let address: FunctionAddress
    /// What the platform has for T=0 in the standing that the function is held in, and for T=1.
    public let cells: CellPair
    /// Everything that T=0 reaches.
    public let untrusted: [ReachableRange]
    /// Everything that the IOMMU lets T=1 reach.
    public let trusted: [ReachableRange]

    /// The cells of both T values.
    public struct CellPair: Hashable, Sendable, Codable {
        /// Of T=0.
        public let untrusted: RoutingCell
        /// Of T=1.
        public let trusted: RoutingCell
    }

    /// Why no T=1 gets as far as the IOMMU now; nil: it does.
    public let trustedStop: DMAStop?
    /// Whether it has ATS, and its translations are answered where the platform has it so.
    public let translates: Bool
    /// The translations that it holds, in order of T and address.
    public let translations: [HeldTranslation]
    /// How many invalidations it has been asked for and has not answered.
    public let unansweredInvalidations: Int
    /// The functions that it is bound to for peer-to-peer traffic, in order.
    public let peers: [FunctionAddress]
    /// How its interrupts go; nil: it has none.
    public let interrupts: InterruptView?
}

/// Whose the memory is, in pages of 4 KiB.
public struct MemoryView: Hashable, Sendable, Codable {
    /// One domain.
    public struct Domain: Hashable, Sendable, Codable {
        /// The domain.
        public let id: DomainID
        /// Its number in the IOMMU.
        public let number: DomainNumber
        /// Shared pages.
        public let shared: UInt64
        /// Private pages.
        public let `private`: UInt64
    }

    /// A conversion that something holds up.
    public struct Conversion: Hashable, Sendable, Codable {
        /// The domain whose pages they are.
        public let domain: DomainID
        /// Guest physical addresses.
        public let pages: Range<UInt64>
        /// Whether they are to become shared; private otherwise.
        public let toShared: Bool
        /// What still reaches one of them.
        public let heldBy: PageReach?
        /// The segment whose IOMMU says so.
        public let segment: UInt16?
    }

    /// The domains, in order of their numbers.
    public let domains: [Domain]
    /// Conversions that are held, in the order in which guests asked for them.
    public let conversions: [Conversion]
    /// Domains whose T=1 is fenced off after a private DMA that faulted.
    public let fenced: [DomainNumber]
    /// Pages of the host.
    public let host: UInt64
}

extension HostModel {
    /// The addresses of all functions that there can be, in order: also of virtual ones that are not enabled.
    public var functions: [FunctionAddress] { deviceOf.keys.sorted() }

    /// The address of function 0 of the device that a function belongs to.
    public func device(of function: FunctionAddress) -> FunctionAddress? { deviceOf[function] }

    /// Where a function is; nil: there is no such function.
    public func view(of address: FunctionAddress) -> FunctionView? {
        guard let (device, function) = locate(address), let software = software[address] else { return nil }
        let context = memory.context(of: address)
        return FunctionView(
            address: address, name: device.description.name,
            state: device.has(function) ? device.tdi(address.requesterID)?.state : nil, driver: software.driver,
            domain: software.domain, hasGuestDriver: software.hasGuestDriver,
            isBusMaster: function.canMaster && device.has(function), lockEpoch: tsm.locks[address]?.epoch,
            standing: context?.standing ?? .host, holder: context?.owner, hostTable: context?.hostTable,
            trustedTable: context?.trustedTable,
            workload: workloads[address]?.counters ?? WorkloadCounters())
    }

    /// The stream of the device that a function belongs to.
    public func stream(of address: FunctionAddress) -> StreamView? {
        guard let (device, _) = locate(address) else { return nil }
        let connection = tsm.connections[device.address]
        return StreamView(
            device: device.address, rootPort: device.rootPort.address, stream: connection?.stream,
            isDeviceSecure: connection.map { device.isSecure($0.stream) } ?? false,
            isRootPortSecure: device.rootPort.isSecure,
            session: connection.flatMap { $0.isAlive ? $0.session.rawValue : nil },
            negotiated: connection.flatMap { $0.isAlive ? $0.summary : nil },
            measurements: tsm.knownIdentities[device.address]?.measurements ?? [])
    }

    /// What DMA of a function can reach.
    public func routes(of address: FunctionAddress) -> RoutesView? {
        guard let unit = memory.unit(of: address), let (device, function) = locate(address) else { return nil }
        return RoutesView(
            address: address,
            cells: RoutesView.CellPair(
                untrusted: unit.cell(of: address.requesterID, .untrusted),
                trusted: unit.cell(of: address.requesterID, .trusted)),
            untrusted: unit.reachableRanges(of: address.requesterID, .untrusted),
            trusted: unit.reachableRanges(of: address.requesterID, .trusted),
            trustedStop: stopAtRootPort(
                DMARequest(requesterID: address.requesterID, tBit: .trusted, address: 0, count: 1, access: .read),
                over: stream(of: function, device, .trusted), device),
            translates: function.isATSEnabled, translations: unit.translations(of: address.requesterID),
            unansweredInvalidations: unit.unansweredInvalidations.count { $0.requester == address.requesterID },
            peers: unit.peers(of: address.requesterID).map {
                FunctionAddress(segment: address.segment, requesterID: $0)
            },
            interrupts: interrupts(of: address))
    }

    /// Sends one request of a function the whole way, over the link and through the IOMMU, as its device would send it
    /// with this T value. A write puts zeros.
    public mutating func tryDMA(
        _ address: FunctionAddress, _ tBit: TBit, at target: UInt64, count: UInt64 = 64, access: DMAAccess = .read
    ) -> DMAOutcome {
        guard let (device, function) = locate(address), device.has(function) else { return .stopped(.deviceGone) }
        let stream = stream(of: function, device, tBit)
        let requester = address.requesterID
        let packet: TLP =
            switch access {
            case .read: .read(Int(count), at: target, from: requester, tBit, over: stream)
            case .write:
                .write([UInt8](repeating: 0, count: Int(count)), at: target, from: requester, tBit, over: stream)
            }
        return sendAsOrdered(packet, from: function, device)
    }

    /// The names of VMs, and of the functions of a segment.
    func names(in segment: UInt16) -> Names {
        let names = Dictionary(
            domains.values.map { ($0.number, $0.description.name) }, uniquingKeysWith: { first, _ in first })
        return Names(
            domain: { names[$0] ?? $0.description },
            requester: { FunctionAddress(segment: segment, requesterID: $0).description })
    }

    /// Whose the memory is.
    public var memoryView: MemoryView {
        func pages(_ ranges: [Range<UInt64>]) -> UInt64 {
            ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) / 4096 }
        }
        let all = domains.values.sorted { $0.number < $1.number }
        let total = memory.units.values.first?.ownership.size ?? 0
        return MemoryView(
            domains: all.map { domain in
                MemoryView.Domain(
                    id: domain.description.id, number: domain.number, shared: pages(domain.shared),
                    private: pages(domain.private))
            },
            conversions: memory.pendingConversions.map { pending in
                let reach = memory.reach(of: pending)
                return MemoryView.Conversion(
                    domain: pending.domain, pages: pending.pages, toShared: pending.conversion.direction == .toShared,
                    heldBy: reach?.reach, segment: reach?.segment)
            },
            fenced: Set(memory.units.values.flatMap(\.fencedDomains)).sorted(),
            host: total / 4096 - all.reduce(0) { $0 + $1.description.memory / 4096 })
    }

    /// The last protocol messages, oldest first.
    public var messages: [TracedMessage] { trace.messages }

    /// How many protocol messages there were.
    public var messageCount: Int { trace.total }
}

import IOMMU
import PCIe

/// The IOMMU model: how many DMAs it routes in a second.
enum RoutingBenchmark {
    private static let device = RequesterID(bus: 0x3B, device: 0, function: 1)
    private static let domain = DomainNumber(rawValue: 1)
    private static let pages: UInt64 = 1024

    static func figures() throws -> [Figure] {
        let unit = try unitInPrivateOperation()
        let requests = requests()
        var (arrived, faulted) = (0, 0)
        for request in requests {
            if (try? unit.translate(request)) == nil { faulted += 1 } else { arrived += 1 }
        }
        try require(arrived > 0 && faulted > 0, "some DMA arrives and some faults: \(arrived), \(faulted)")
        let cost = measure { times in
            var reached: UInt64 = 0
            for _ in 0..<times { for request in requests { reached &+= (try? unit.translate(request))?.physical ?? 0 } }
            blackHole(reached)
        }
        let perSecond = cost.perSecond * Double(requests.count)
        let lookup = lookups(of: requests) * Double(requests.count)
        return [
            Figure(
                group: "routing", name: "decisions: T=1 that arrives, T=0 and others that fault", value: perSecond,
                unit: .perSecond, reference: Reference("hash table look-ups of the page", lookup, of: perSecond)),
            Figure(
                group: "routing", name: "allocations per decision",
                value: cost.allocations / Double(requests.count), unit: .allocations),
        ]
    }

    /// A device in private operation: every page of its domain mapped for T=1, nothing for T=0.
    private static func unitInPrivateOperation() throws -> RemappingUnit {
        var unit = RemappingUnit(memorySize: 16 << 20)
        try unit.transfer(4 << 20..<(4 << 20) + pages << 12, from: .host, to: .private(domain))
        let (host, trusted) = (unit.makeTable(.host), unit.makeTable(.trusted(domain)))
        try unit.attach(host, to: device)
        try unit.attach(trusted, to: device)
        unit.setBusMaster(true, of: device)
        unit.setGate(.privateOnly(domain), of: device)
        try unit.map(
            (0..<pages).map {
                Mapping(address: $0 << 12, physical: 4 << 20 + $0 << 12, pageSize: .small, permissions: .readWrite)
            }, in: trusted)
        return unit
    }

    private static func requests() -> [DMARequest] {
        (0..<256 as Range<UInt64>).map { index in
            DMARequest(
                requesterID: device, tBit: index % 8 == 0 ? .untrusted : .trusted,
                address: (index &* 2_654_435_761) % (pages + 64) << 12, count: 64,
                access: index.isMultiple(of: 2) ? .read : .write)
        }
    }

    /// Look-ups of the same pages in a dictionary, per second and round.
    private static func lookups(of requests: [DMARequest]) -> Double {
        let frames = Dictionary(uniqueKeysWithValues: (0..<pages).map { ($0, $0 + 1024) })
        return measure { times in
            var found: UInt64 = 0
            for _ in 0..<times { for request in requests { found &+= frames[request.address >> 12] ?? 0 } }
            blackHole(found)
        }.perSecond
    }
}

import IOMMU
import PCIe

/// A domain whose devices share one trusted table, every page of it private.
struct RoutingScene {
    static let domain = DomainNumber(rawValue: 1)

    var unit: RemappingUnit
    let table: TableNumber
    private let devices: Int
    private let pages: UInt64
    private let pagesPerNode: UInt64

    /// - Parameters:
    ///   - devices: how many, all in RUN.
    ///   - leafNodes: how many table nodes have pages.
    ///   - pagesPerNode: how many pages each has, as far apart as they can be.
    ///   - cacheCapacity: pages of the IOTLB.
    init(devices: Int, leafNodes: UInt64, pagesPerNode: UInt64, cacheCapacity: Int) throws {
        (self.devices, self.pagesPerNode, pages) = (devices, pagesPerNode, leafNodes * pagesPerNode)
        unit = RemappingUnit(memorySize: pages << 12, cacheCapacity: cacheCapacity)
        try unit.transfer(0..<pages << 12, from: .host, to: .private(Self.domain))
        table = unit.makeTable(.trusted(Self.domain))
        for device in 0..<devices {
            let requester = RequesterID(rawValue: UInt16(device))
            try unit.attach(table, to: requester)
            unit.setBusMaster(true, of: requester)
            unit.hold(requester, as: .run, for: Self.domain)
        }
        try unit.map(
            (0..<pages).map {
                Mapping(
                    address: Self.address($0, pagesPerNode), physical: $0 << 12, pageSize: .small,
                    permissions: .readWrite)
            }, in: table)
    }

    private static func address(_ page: UInt64, _ pagesPerNode: UInt64) -> UInt64 {
        (page / pagesPerNode) << 21 | (page % pagesPerNode * (512 / pagesPerNode)) << 12
    }

    /// Translates requests by what is cached or else by the tables; the sum stands for all that they reach.
    @inline(never)
    mutating func translateAndCache(_ requests: [DMARequest]) throws(Fault) -> UInt64 {
        var reached: UInt64 = 0
        for request in requests { reached &+= try unit.translateAndCache(request).physical }
        return reached
    }

    /// The same with nothing cached.
    @inline(never)
    func translate(_ requests: [DMARequest]) throws(Fault) -> UInt64 {
        var reached: UInt64 = 0
        for request in requests { reached &+= try unit.translate(request).physical }
        return reached
    }

    /// Reads of random pages by random devices, the same every time.
    func requests(_ count: Int, _ tBit: TBit = .trusted) -> [DMARequest] {
        var state: UInt64 = 7
        func next(below limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        return (0..<count).map { _ in
            DMARequest(
                requesterID: RequesterID(rawValue: UInt16(next(below: UInt64(devices)))), tBit: tBit,
                address: Self.address(next(below: pages), pagesPerNode) + 64, count: 64, access: .read)
        }
    }
}

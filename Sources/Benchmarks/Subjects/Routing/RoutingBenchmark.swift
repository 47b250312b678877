import IOMMU
import PCIe

/// The IOMMU model: how many DMAs it routes in a second of one core, and what an invalidation and a conversion cost.
enum RoutingBenchmark {
    static func figures() throws -> [Figure] { try hits() + walks() + [faults()] + upkeep() }

    // MARK: Hits

    /// 1,024 hot pages behind 1, 100 and 10,000 devices of one domain.
    private static func hits() throws -> [Figure] {
        var rates: [Double] = []
        var allocations = 0.0
        for devices in [1, 100, 10_000] {
            var scene = try RoutingScene(devices: devices, leafNodes: 2, pagesPerNode: 512, cacheCapacity: 4096)
            let requests = scene.requests(8192)
            let cost = try measure(by: .processor) { times in
                for _ in 0..<times { blackHole(try scene.translateAndCache(requests)) }
            }
            rates.append(cost.perSecond * Double(requests.count))
            allocations = max(allocations, cost.allocations / Double(requests.count))
        }
        let slowest = rates.min() ?? 0
        let spread = (rates.max() ?? 0) / slowest
        return [
            Figure(
                group: "routing", name: "IOTLB hits, 1,024 hot pages, slowest of 1, 100 and 10,000 devices",
                value: slowest, unit: .perSecond, target: .atLeast(50e6, slowest)),
            Figure(
                group: "routing", name: "IOTLB hits, fastest over slowest number of devices", value: spread,
                unit: .ratio, target: .atMost(1.2, spread)),
            Figure(
                group: "routing", name: "allocations per decision", value: allocations, unit: .allocations,
                target: .atMost(0, allocations)),
        ]
    }

    // MARK: Walks

    /// Tables of a size, and how many walks a second are wanted. A walk touches one cache line in each of four nodes; the
    /// last ones are what fills the size.
    private static let tables: [(size: String, leafNodes: UInt64, goal: Double)] = [
        ("0.5 MiB (L2)", 128, 40e6), ("8 MiB (L3)", 2048, 15e6), ("160 MiB (memory)", 40_960, 4e6),
    ]

    /// Four-level walks to pages at random, with nothing cached.
    private static func walks() throws -> [Figure] {
        try tables.map { size, nodes, goal in
            let scene = try RoutingScene(devices: 1, leafNodes: nodes, pagesPerNode: 64, cacheCapacity: 4)
            let requests = scene.requests(nodes > 10_000 ? 1 << 18 : 1 << 13)
            let cost = try measure(by: .processor) { times in
                for _ in 0..<times { blackHole(try scene.translate(requests)) }
            }
            let rate = cost.perSecond * Double(requests.count)
            return Figure(
                group: "routing", name: "4-level walks, tables of \(size)", value: rate, unit: .perSecond,
                target: .atLeast(goal, rate))
        }
    }

    // MARK: Faults

    /// T=0 of devices in private operation, which the gate turns down: what a misbehaving device costs.
    private static func faults() throws -> Figure {
        let scene = try RoutingScene(devices: 1, leafNodes: 2, pagesPerNode: 512, cacheCapacity: 4096)
        let requests = scene.requests(8192, .untrusted)
        try require(requests.allSatisfy { (try? scene.unit.translate($0)) == nil }, "T=0 of a device in RUN faults")
        let cost = measure(by: .processor) { times in
            for _ in 0..<times {
                var count = 0
                for request in requests where (try? scene.unit.translate(request)) == nil { count += 1 }
                blackHole(count)
            }
        }
        return Figure(
            group: "routing", name: "T=0 that the gate turns down",
            value: cost.perSecond * Double(requests.count), unit: .perSecond)
    }

    // MARK: Upkeep

    /// An invalidation and a conversion of one page, with 131,072 pages mapped and a full IOTLB of 4,096.
    private static func upkeep() throws -> [Figure] {
        var scene = try RoutingScene(devices: 1, leafNodes: 2048, pagesPerNode: 64, cacheCapacity: 4096)
        for request in scene.requests(8192) { _ = try scene.unit.translateAndCache(request) }
        let (page, table): (Range<UInt64>, TableNumber) = (0..<0x1000, scene.table)
        let invalidation = measure(by: .processor) { times in
            for _ in 0..<times { blackHole(scene.unit.invalidate(.pages(page, table))) }
        }
        _ = try scene.unit.unmap(page, in: table)
        let conversion = try measure(by: .processor) { times in
            for turn in 0..<2 * times {
                let conversion = PageConversion(
                    of: page, domain: RoutingScene.domain, turn.isMultiple(of: 2) ? .toShared : .toPrivate)
                try scene.unit.requestConversion(conversion)
                try scene.unit.completeConversion(conversion)
            }
        }
        return [
            Figure(
                group: "routing", name: "invalidation of a page, IOTLB of 4,096", value: invalidation.nanoseconds / 1e3,
                unit: .microseconds),
            Figure(
                group: "routing", name: "conversion of a page, requested and completed",
                value: conversion.nanoseconds / 2e3, unit: .microseconds),
        ]
    }
}

import PCIe
import Testing

@testable import IOMMU

/// Random hosts, random standings, random DMA of devices that do what they like: only what the rules allow gets through.
@Suite struct `Routing invariants` {
    private static let domains = [DomainNumber(rawValue: 1), DomainNumber(rawValue: 2)]
    private static let requesters = [0x3B00, 0x3B01, 0xFF08].map(RequesterID.init(rawValue:))
    private static let frames = 64
    private static let pageCount = 48

    /// A unit and what was put into it, in plain lists.
    private struct World {
        var unit = RemappingUnit(memorySize: UInt64(frames) << 12)
        var owners = [FrameOwner](repeating: .host, count: frames)
        /// Page number to frame number and permissions, by requester and T.
        var pages: [RequesterID: [TBit: [UInt64: (frame: UInt64, permissions: Permissions)]]] = [:]
        var trustedDomain: [RequesterID: DomainNumber] = [:]

        init(_ random: inout SplitMix64) throws {
            for requester in requesters {
                try addTable(.host, .untrusted, of: requester, &random)
                let domain = domains[Int.random(in: 0..<2, using: &random)]
                trustedDomain[requester] = domain
                try addTable(.trusted(domain), .trusted, of: requester, &random)
                unit.setBusMaster(Int.random(in: 0..<8, using: &random) > 0, of: requester)
            }
            try shuffleOwners(&random)
        }

        /// A trusted table is filled while all pages are its domain's; later owners are drawn anew, as if the TSM had
        /// erred.
        private mutating func addTable(
            _ owner: TableOwner, _ tBit: TBit, of requester: RequesterID, _ random: inout SplitMix64
        ) throws {
            let number = unit.makeTable(owner)
            if case .trusted(let domain) = owner {
                try unit.ownership.give(0..<UInt64(frames) << 12, to: .private(domain))
            }
            try unit.attach(number, to: requester)
            var filled: [UInt64: (frame: UInt64, permissions: Permissions)] = [:]
            for page in 0..<UInt64(pageCount) where Int.random(in: 0..<4, using: &random) > 0 {
                let frame = UInt64.random(in: 0..<UInt64(frames), using: &random)
                let permissions = Permissions.allCases[Int.random(in: 0..<3, using: &random)]
                try unit.map(
                    [Mapping(address: page << 12, physical: frame << 12, pageSize: .small, permissions: permissions)],
                    in: number)
                filled[page] = (frame, permissions)
            }
            pages[requester, default: [:]][tBit] = filled
        }

        mutating func shuffleOwners(_ random: inout SplitMix64) throws {
            for frame in 0..<frames {
                let domain = domains[Int.random(in: 0..<2, using: &random)]
                let kinds = [FrameOwner.host, .shared(domain), .private(domain), .private(domain)]
                owners[frame] = kinds[Int.random(in: 0..<4, using: &random)]
                try unit.ownership.give(UInt64(frame) << 12..<UInt64(frame + 1) << 12, to: owners[frame])
            }
        }

        /// What the rules say, without the unit's help: the frame that one page of a request may reach.
        func frame(of page: UInt64, for request: DMARequest) -> UInt64? {
            let context = unit.context(of: request.requesterID)
            guard context.isBusMaster, request.pasid == nil,
                let entry = pages[request.requesterID]?[request.tBit]?[page], entry.permissions.allow(request.access)
            else { return nil }
            let owner = owners[Int(entry.frame)]
            let allowed =
                switch (context.standing, request.tBit, context.owner) {
                case (.host, .untrusted, nil): owner == .host
                case (.unlocked, .untrusted, let domain?): owner == .shared(domain)
                case (.run, .trusted, let domain?):
                    owner == .private(domain) && trustedDomain[request.requesterID] == domain
                case (.host, _, _), (.unlocked, _, _), (.run, _, _), (.locked, _, _), (.error, _, _): false
                }
            return allowed ? entry.frame : nil
        }
    }

    private static func hold(_ requester: RequesterID, in unit: inout RemappingUnit, _ random: inout SplitMix64) {
        let domain = domains[Int.random(in: 0..<2, using: &random)]
        let standings = [Standing.host, .locked, .unlocked, .run, .run]
        unit.hold(requester, as: standings[Int.random(in: 0..<5, using: &random)], for: domain)
    }

    private static func request(_ random: inout SplitMix64) -> DMARequest {
        DMARequest(
            requesterID: requesters[Int.random(in: 0..<3, using: &random)],
            tBit: Bool.random(using: &random) ? .trusted : .untrusted,
            pasid: Int.random(in: 0..<16, using: &random) == 0 ? PASID(rawValue: 1) : nil,
            address: UInt64.random(in: 0..<UInt64(pageCount) << 12, using: &random),
            count: UInt64.random(in: 1...(Bool.random(using: &random) ? 6000 : 64), using: &random),
            access: Bool.random(using: &random) ? .read : .write)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func `nothing gets through but what the rules allow`(seed: UInt64)
        throws
    {
        var random = SplitMix64(seed: seed)
        var world = try World(&random)
        var reached: [TBit: Int] = [:]
        for step in 0..<4000 {
            if step.isMultiple(of: 200) { try world.shuffleOwners(&random) }
            if step.isMultiple(of: 20) {
                for requester in Self.requesters { Self.hold(requester, in: &world.unit, &random) }
            }
            let request = Self.request(&random)
            let first = request.address >> 12
            let last = (request.address + request.count - 1) >> 12
            let expected = (first...last).map { world.frame(of: $0, for: request) }
            let explanation = world.unit.explain(request)
            switch explanation.route {
            case .reaches(let segments):
                reached[request.tBit, default: 0] += 1
                #expect(!expected.contains(nil))
                #expect(segments.reduce(0) { $0 + $1.count } == request.count)
                check(segments, of: request, reach: expected, in: world)
            case .faults(let fault):
                #expect(expected[Int((fault.address >> 12) - first)] == nil)
                #expect(!expected.prefix(Int((fault.address >> 12) - first)).contains(nil))
            }
        }
        #expect(reached[.untrusted, default: 0] > 10)
        #expect(reached[.trusted, default: 0] > 10)
    }

    private func check(_ segments: [Segment], of request: DMARequest, reach frames: [UInt64?], in world: World) {
        var bytes: [UInt64] = []
        for segment in segments {
            for frame in segment.physical >> 12...(segment.physical + segment.count - 1) >> 12 {
                bytes.append(frame)
                #expect(world.owners[Int(frame)] == segment.owner)
                switch (request.tBit, segment.owner) {
                case (.untrusted, .host), (.untrusted, .shared), (.trusted, .private): break
                case (.untrusted, .private), (.trusted, .host), (.trusted, .shared):
                    Issue.record("\(request) reached a \(segment.owner)")
                }
            }
        }
        #expect(bytes == frames)
    }

    @Test(arguments: 11...14 as ClosedRange<UInt64>) func `reachable ranges are what single requests reach`(
        seed: UInt64
    ) throws {
        var random = SplitMix64(seed: seed)
        var world = try World(&random)
        for requester in Self.requesters {
            for _ in 0..<8 {
                Self.hold(requester, in: &world.unit, &random)
                for tBit in TBit.allCases {
                    let ranges = world.unit.reachableRanges(of: requester, tBit)
                    for page in 0..<UInt64(Self.pageCount) {
                        for access in DMAAccess.allCases {
                            let request = DMARequest(
                                requesterID: requester, tBit: tBit, address: page << 12, count: 4096, access: access)
                            let inRange = ranges.first {
                                $0.addresses.contains(page << 12) && $0.permissions.allow(access)
                            }
                            let expected = inRange.map {
                                Route.reaches([
                                    Segment(
                                        physical: $0.physical + (page << 12 - $0.addresses.lowerBound), count: 4096,
                                        owner: $0.owner)
                                ])
                            }
                            let route = world.unit.route(request)
                            if let expected { #expect(route == expected) } else { #expect(route.isFault) }
                        }
                    }
                }
            }
        }
    }
}

extension Route {
    fileprivate var isFault: Bool {
        switch self {
        case .reaches: false
        case .faults: true
        }
    }
}

import IOMMU
import PCIe
import Testing

/// The safety rules on every profile, with caches, translations held by devices, conversions and careless hosts:
/// whatever is mapped, unmapped, cached and forgotten in whatever order.
@Suite struct `Routing safety` {
    private typealias F = Fixture
    private static let domains = [F.one, F.two]
    private static let frames: UInt64 = 24
    private static let pages: UInt64 = 6

    private struct World {
        var unit: RemappingUnit
        var random: SplitMix64
        var second: [TableKind: [DomainNumber: TableNumber]] = [:]
        let guests: [DomainNumber: TableNumber]
        var reached: [TBit: Int] = [:]
        var converted = 0

        init(_ profile: RoutingProfile, seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            var unit = RemappingUnit(profile: profile, memorySize: frames << 12, cacheCapacity: 16)
            for frame in 4..<frames {
                let domain = domains[Int(frame % 2)]
                let owner = frame < 14 ? FrameOwner.shared(domain) : .private(domain)
                try unit.transfer(frame << 12..<(frame + 1) << 12, from: .host, to: owner)
            }
            guests = Dictionary(uniqueKeysWithValues: domains.map { ($0, unit.makeTable(.guest($0))) })
            for domain in domains {
                second[.host, default: [:]][domain] = unit.makeTable(.host)
                second[.trusted, default: [:]][domain] = unit.makeTable(.trusted(domain))
            }
            unit.setBusMaster(true, of: F.device)
            unit.setATS(true, of: F.device)
            self.unit = unit
            try attach(to: F.one)
        }

        /// All second-stage tables, always in the same order.
        var secondStages: [TableNumber] { second.values.flatMap(\.values).sorted { $0.rawValue < $1.rawValue } }

        mutating func number(below limit: UInt64) -> UInt64 { UInt64.random(in: 0..<limit, using: &random) }

        mutating func attach(to domain: DomainNumber) throws {
            for kind in TableKind.allCases where unit.profile.walks(kind) {
                unit.detach(kind, from: F.device)
                let table = kind == .guest ? guests[domain] : second[kind]?[domain]
                if let table { try unit.attach(table, to: F.device) }
            }
        }
    }

    @Test(arguments: RoutingProfile.all, 1...2 as ClosedRange<UInt64>)
    func `no step in any order lets DMA reach what it must not`(profile: RoutingProfile, seed: UInt64) throws {
        var world = try World(profile, seed: seed)
        for _ in 0..<2000 {
            switch world.number(below: 12) {
            case 0...3: map(&world)
            case 4: unmap(&world)
            case 5: try hold(&world)
            case 6: convert(&world)
            case 7: ask(&world)
            case 8: forget(&world)
            default: send(&world)
            }
        }
        #expect(world.reached[.trusted, default: 0] > 10)
        #expect(world.reached[.untrusted, default: 0] > 10 || profile.platform == .trustedOnly)
        #expect(world.converted > 0)
    }

    // MARK: Steps

    /// What hosts and guests map is nobody's business here; a trusted table may refuse.
    private func map(_ world: inout World) {
        let domain = Self.domains[Int(world.number(below: 2))]
        let kind = TableKind.allCases[Int(world.number(below: 3))]
        guard let table = kind == .guest ? world.guests[domain] : world.second[kind]?[domain] else { return }
        let window = world.unit.profile.vTOM != nil && world.number(below: 3) == 0 ? RoutingProfile.defaultVTOM : 0
        let target =
            kind == .guest ? world.number(below: Self.pages) << 12 : frame(for: kind, domain, window > 0, &world)
        let mapping = Mapping(
            address: world.number(below: Self.pages) << 12 + window, physical: target, pageSize: .small)
        _ = try? world.unit.map([mapping], in: table)
    }

    /// Any frame, but mostly one that the DMA may reach.
    private func frame(
        for kind: TableKind, _ domain: DomainNumber, _ isInWindow: Bool, _ world: inout World
    ) -> UInt64 {
        for _ in 0..<8 {
            let frame = world.number(below: Self.frames) << 12
            let fits =
                switch world.unit.ownership.owner(of: frame) {
                case .host: kind == .host
                case .shared(let owner): (kind == .host || isInWindow) && owner == domain
                case .private(let owner): kind == .trusted && !isInWindow && owner == domain
                case nil: false
                }
            if fits { return frame }
        }
        return world.number(below: Self.frames) << 12
    }

    private func unmap(_ world: inout World) {
        let table = world.secondStages[Int(world.number(below: UInt64(world.secondStages.count)))]
        let first = world.number(below: Self.pages) << 12
        _ = try? world.unit.unmapExactly(first..<first + 0x2000, in: table)
    }

    private func hold(_ world: inout World) throws {
        let domain = Self.domains[Int(world.number(below: 2))]
        try world.attach(to: domain)
        let standings = Standing.allCases + [.run, .run, .unlocked]
        world.unit.hold(F.device, as: standings[Int(world.number(below: 8))], for: domain)
    }

    private func convert(_ world: inout World) {
        let frame = world.number(below: Self.frames)
        let conversion = world.unit.conversions.first ?? conversion(of: frame, world.unit)
        guard let conversion else { return }
        if world.unit.conversions.isEmpty { _ = try? world.unit.requestConversion(conversion) }
        for table in world.secondStages where world.number(below: 4) > 0 {
            let mapped = world.unit.table(table)?.mappings.filter { conversion.physical.contains($0.physical) } ?? []
            for mapping in mapped { _ = try? world.unit.unmap(mapping.addresses, in: table) }
        }
        if (try? world.unit.completeConversion(conversion)) != nil { world.converted += 1 }
    }

    private func conversion(of frame: UInt64, _ unit: RemappingUnit) -> PageConversion? {
        let range = frame << 12..<(frame + 1) << 12
        return switch unit.ownership.owner(of: frame << 12) {
        case .shared(let domain): PageConversion(of: range, domain: domain, .toPrivate)
        case .private(let domain): PageConversion(of: range, domain: domain, .toShared)
        case .host, nil: nil
        }
    }

    private func ask(_ world: inout World) {
        let request = request(&world)
        _ = world.unit.answer(
            FunctionRequest(.translation(address: request.address, nil, request.access), F.device, request.tBit))
    }

    private func forget(_ world: inout World) {
        world.unit.invalidate(.everything)
        for domain in Self.domains { world.unit.clearFence(of: domain) }
        if world.number(below: 2) == 0 { world.unit.clearDeviceCache(of: F.device) }
    }

    // MARK: What must hold

    private func request(_ world: inout World) -> DMARequest {
        let window = world.unit.profile.vTOM != nil && world.number(below: 3) == 0 ? RoutingProfile.defaultVTOM : 0
        return F.request(
            world.number(below: Self.pages) << 12 + window, Bool.random(using: &world.random) ? .trusted : .untrusted)
    }

    /// Sends DMA as it is, or as the device has it translated, or forged; judges what it reached by the pages' owners
    /// now.
    private func send(_ world: inout World) {
        var request = request(&world)
        switch world.number(below: 6) {
        case 0...1: request = world.unit.translatedByDevice(request) ?? request
        case 2: (request.isTranslated, request.address) = (true, world.number(below: Self.frames) << 12)
        default: break
        }
        let context = world.unit.context(of: F.device)
        guard case .reaches(let segments) = world.unit.perform(request) else { return }
        world.reached[request.tBit, default: 0] += 1
        for segment in segments {
            let owner = world.unit.ownership.owner(of: segment.physical)
            #expect(owner == segment.owner)
            #expect(isAllowed(request, owner, context, world.unit.profile), "\(request) reached \(segment)")
        }
    }

    /// The rules, in their own words and without the profile's table.
    private func isAllowed(
        _ request: DMARequest, _ owner: FrameOwner?, _ context: RequesterContext, _ profile: RoutingProfile
    ) -> Bool {
        switch (context.standing, request.tBit, owner) {
        case (.host, .untrusted, .host): true
        case (.unlocked, .untrusted, .shared(let domain)): domain == context.owner
        case (.run, .trusted, .private(let domain)): domain == context.owner
        case (.run, .trusted, .shared(let domain)):
            domain == context.owner && profile.vTOM.map { request.isTranslated || request.address >= $0 } == true
        case (.run, .untrusted, .shared(let domain)): domain == context.owner && profile.viommu == .unified
        default: false
        }
    }
}

import PCIe
import Testing

@testable import IOMMU

/// Random hosts against a reference that knows nothing of radix trees, sets and queues: flat dictionaries of pages.
@Suite struct `Routing against a flat model` {
    private typealias F = Fixture
    private static let frames: UInt64 = 24
    private static let pages: UInt64 = 12

    private struct Leaf: Hashable {
        let frame: UInt64
        let permissions: Permissions
    }

    private struct Key: Hashable {
        let table: TableNumber
        let page: UInt64
    }

    private struct CachedLeaf: Hashable {
        let leaf: Leaf
        let owner: FrameOwner
    }

    /// What should be true of a unit.
    private struct Model {
        var owners = [FrameOwner](repeating: .host, count: Int(frames))
        var mapped: [Key: Leaf] = [:]
        var cached: [Key: CachedLeaf] = [:]
        var deviceHolds: [Key: Leaf] = [:]
        var flying: [DMANumber: Set<UInt64>] = [:]
        var converting: [PageConversion] = []
        var standing = Standing.host

        func reach(of frame: UInt64) -> Bool {
            mapped.values.contains { $0.frame == frame } || cached.values.contains { $0.leaf.frame == frame }
                || deviceHolds.values.contains { $0.frame == frame } || flying.values.contains { $0.contains(frame) }
        }

        func isConverting(_ frame: UInt64) -> Bool {
            converting.contains { $0.physical.contains(frame << 12) }
        }

        func allowed(_ tBit: TBit) -> FrameOwner? {
            switch (standing, tBit) {
            case (.host, .untrusted): .host
            case (.unlocked, .untrusted): .shared(F.one)
            case (.run, .trusted): .private(F.one)
            case (.host, .trusted), (.unlocked, .trusted), (.run, .untrusted), (.locked, _), (.error, _): nil
            }
        }

        /// The frame that one page of DMA reaches, and what is cached then.
        func route(_ key: Key, _ tBit: TBit, _ access: DMAAccess) -> CachedLeaf? {
            guard let allowed = allowed(tBit) else { return nil }
            var found = cached[key]
            if found?.leaf.permissions.allow(access) != true {
                found = mapped[key].map { CachedLeaf(leaf: $0, owner: owners[Int($0.frame)]) }
            }
            guard let found, found.leaf.permissions.allow(access), found.owner == allowed else { return nil }
            return found
        }
    }

    /// A unit, its model, and the dice.
    private struct World {
        var unit: RemappingUnit
        var model = Model()
        var random: SplitMix64
        let tables: [TBit: TableNumber]
        var done: [String: Int] = [:]

        init(seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            unit = RemappingUnit(memorySize: frames << 12, cacheCapacity: 256)
            for frame in 4..<frames {
                let owner: FrameOwner = frame < 14 ? .shared(F.one) : .private(F.one)
                try unit.transfer(frame << 12..<(frame + 1) << 12, from: .host, to: owner)
                model.owners[Int(frame)] = owner
            }
            tables = [.untrusted: unit.makeTable(.host), .trusted: unit.makeTable(.trusted(F.one))]
            for table in tables.values { try unit.attach(table, to: F.device) }
            unit.setBusMaster(true, of: F.device)
            unit.setATS(true, of: F.device)
        }

        mutating func number(below limit: UInt64) -> UInt64 { UInt64.random(in: 0..<limit, using: &random) }

        mutating func count(_ what: String) { done[what, default: 0] += 1 }

        mutating func key() -> (Key, TBit) {
            let tBit = Bool.random(using: &random) ? TBit.trusted : .untrusted
            return (Key(table: tables[tBit] ?? .none, page: number(below: Self.pageLimit)), tBit)
        }

        private static let pageLimit = pages
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func `random steps agree`(seed: UInt64) throws {
        var world = try World(seed: seed)
        for _ in 0..<4000 {
            switch world.number(below: 16) {
            case 0...2: try map(&world)
            case 3...4: try unmap(&world)
            case 5: hold(&world)
            case 6...8: perform(&world)
            case 9: launch(&world)
            case 10: land(&world)
            case 11: ask(&world)
            case 12...13: sendTranslated(&world)
            case 14: Bool.random(using: &world.random) ? invalidate(&world) : answer(&world)
            default: convert(&world)
            }
            check(&world)
        }
        for what in ["mapped", "stale", "in flight", "asked", "translated", "converted", "held"] {
            #expect(world.done[what, default: 0] > 0, "\(what) never happened")
        }
    }

    // MARK: Steps

    private func map(_ world: inout World) throws {
        let (key, tBit) = world.key()
        let leaf = Leaf(
            frame: world.number(below: Self.frames), permissions: Permissions.allCases[Int(world.number(below: 3))])
        let mapping = Mapping(
            address: key.page << 12, physical: leaf.frame << 12, pageSize: .small, permissions: leaf.permissions)
        let isAllowed = tBit == .untrusted || world.model.owners[Int(leaf.frame)] == .private(F.one)
        let fits = isAllowed && world.model.mapped[key] == nil && !world.model.isConverting(leaf.frame)
        let isMapped = (try? world.unit.map([mapping], in: key.table)) != nil
        #expect(isMapped == fits)
        guard isMapped else { return }
        world.model.mapped[key] = leaf
        world.count("mapped")
    }

    private func unmap(_ world: inout World) throws {
        let (key, _) = world.key()
        let isUnmapped = (try? world.unit.unmap(key.page << 12..<(key.page + 1) << 12, in: key.table)) != nil
        #expect(isUnmapped == (world.model.mapped.removeValue(forKey: key) != nil))
    }

    private func hold(_ world: inout World) {
        let standings = [Standing.host, .unlocked, .unlocked, .run, .run]
        world.model.standing = world.number(below: 8) == 0 ? .locked : standings[Int(world.number(below: 5))]
        world.unit.hold(F.device, as: world.model.standing, for: F.one)
    }

    private func request(_ key: Key, _ tBit: TBit, _ world: inout World) -> DMARequest {
        F.request(key.page << 12 + 8, tBit, Bool.random(using: &world.random) ? .read : .write)
    }

    private func perform(_ world: inout World) {
        let (key, tBit) = world.key()
        let request = request(key, tBit, &world)
        let expected = world.model.route(key, tBit, request.access)
        let route = world.unit.perform(request)
        #expect(route.physical == expected.map { $0.leaf.frame << 12 + 8 })
        guard let expected else { return }
        if world.model.mapped[key] != expected.leaf { world.count("stale") }
        world.model.cached[key] = expected
    }

    private func launch(_ world: inout World) {
        let (key, tBit) = world.key()
        let request = request(key, tBit, &world)
        let expected = world.model.route(key, tBit, request.access)
        let number = try? world.unit.launch(request)
        #expect((number != nil) == (expected != nil))
        guard let expected, let number else { return }
        world.model.cached[key] = expected
        world.model.flying[number] = [expected.leaf.frame]
        world.count("in flight")
    }

    private func land(_ world: inout World) {
        guard let number = world.model.flying.keys.min() else { return }
        #expect(world.unit.land(number) != nil)
        world.model.flying[number] = nil
    }

    private func ask(_ world: inout World) {
        let (key, tBit) = world.key()
        let access = Bool.random(using: &world.random) ? DMAAccess.read : .write
        let expected = world.model.route(key, tBit, access)
        let verdict = world.unit.answer(
            FunctionRequest(.translation(address: key.page << 12, nil, access), F.device, tBit))
        guard let expected else {
            if case .refused = verdict { return }
            return #expect(Bool(false), "\(verdict)")
        }
        #expect(verdict == .translated(physical: expected.leaf.frame << 12, expected.leaf.permissions))
        world.model.cached[key] = expected
        world.model.deviceHolds[key] = expected.leaf
        world.count("asked")
    }

    private func sendTranslated(_ world: inout World) {
        let number = Int(world.number(below: 64))
        let keys = world.model.deviceHolds.keys.sorted { ($0.table.rawValue, $0.page) < ($1.table.rawValue, $1.page) }
        let key = keys.isEmpty ? world.key().0 : keys[number % keys.count]
        let tBit = key.table == world.tables[.trusted] ? TBit.trusted : .untrusted
        let request = request(key, tBit, &world)
        let held = world.model.deviceHolds[key].flatMap { $0.permissions.allow(request.access) ? $0 : nil }
        let translated = world.unit.translatedByDevice(request)
        #expect(translated?.address == held.map { $0.frame << 12 + 8 })
        guard let held, let translated else { return }
        let passes = world.model.allowed(tBit) == world.model.owners[Int(held.frame)]
        #expect((world.unit.route(translated).physical != nil) == passes)
        if passes { world.count("translated") }
    }

    private func invalidate(_ world: inout World) {
        let (key, _) = world.key()
        let range = key.page << 12..<(key.page + 4) << 12
        let isWhole = world.number(below: 3) == 0
        world.unit.invalidate(isWhole ? .table(key.table) : .pages(range, key.table))
        world.model.cached = world.model.cached.filter {
            $0.key.table != key.table || !isWhole && !range.contains($0.key.page << 12)
        }
    }

    /// The device is asked, and answers at once.
    private func answer(_ world: inout World) {
        let first = world.number(below: Self.pages)
        let range = first << 12..<(first + 6) << 12
        let number = world.unit.requestInvalidation(.device(F.device, range))
        world.unit.processInvalidations()
        world.unit.answerInvalidation(number)
        world.model.deviceHolds = world.model.deviceHolds.filter { !range.contains($0.key.page << 12) }
    }

    private func convert(_ world: inout World) {
        if let pending = world.model.converting.first, world.number(below: 3) > 0 {
            let isHeld = world.model.reach(of: pending.physical.lowerBound >> 12)
            let isDone = (try? world.unit.completeConversion(pending)) != nil
            #expect(isDone == !isHeld)
            world.count(isDone ? "converted" : "held")
            guard isDone else { return }
            world.model.converting.removeFirst()
            world.model.owners[Int(pending.physical.lowerBound >> 12)] = pending.after
            return
        }
        let frame = world.number(below: Self.frames)
        let direction: PageConversion.Direction =
            world.model.owners[Int(frame)] == .private(F.one) ? .toShared : .toPrivate
        let conversion = PageConversion(of: frame << 12..<(frame + 1) << 12, domain: F.one, direction)
        let fits = world.model.owners[Int(frame)] != .host && !world.model.isConverting(frame)
        #expect(((try? world.unit.requestConversion(conversion)) != nil) == fits)
        if fits { world.model.converting.append(conversion) }
    }

    // MARK: What holds after every step

    /// One page by both, and the safety rules by what the unit reaches.
    private func check(_ world: inout World) {
        let (key, tBit) = world.key()
        let request = request(key, tBit, &world)
        let route = world.unit.route(request)
        #expect(
            route.physical == world.model.route(key, tBit, request.access).map { $0.leaf.frame << 12 + 8 })
        if case .reaches(let segments) = route {
            #expect(segments.allSatisfy { $0.owner == world.unit.ownership.owner(of: $0.physical) })
        }
        if world.number(below: 8) == 0 {
            let isInRange = world.unit.reachableRanges(of: F.device, tBit).contains {
                $0.addresses.contains(request.address) && $0.permissions.allow(request.access)
            }
            #expect(isInRange == (route.physical != nil))
        }
        let frame = world.number(below: Self.frames)
        #expect((world.unit.reach(of: frame << 12..<(frame + 1) << 12) != nil) == world.model.reach(of: frame))
    }
}

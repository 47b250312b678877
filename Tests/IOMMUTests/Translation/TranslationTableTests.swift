import Testing

@testable import IOMMU

@Suite struct `Translation table` {
    private static func page(
        _ address: UInt64, _ physical: UInt64, _ size: PageSize = .small, _ permissions: Permissions = .readWrite
    ) -> Mapping {
        Mapping(address: address, physical: physical, pageSize: size, permissions: permissions)
    }

    @Test(arguments: PageSize.allCases) func `a page covers its size and no more`(size: PageSize) throws {
        var table = TranslationTable()
        let mapping = Self.page(0x7FC0_0000_0000, 0xF_FFC0_0000_0000, size, .read)
        try table.map(mapping)
        #expect(table.mapping(at: mapping.address) == mapping)
        #expect(table.mapping(at: mapping.address + size.bytes - 1) == mapping)
        #expect(table.mapping(at: mapping.address + size.bytes) == nil)
        #expect(table.mapping(at: mapping.address - 1) == nil)
        #expect(Array(table.mappings) == [mapping])
    }

    @Test func `the first and the last page of the address space can be mapped`() throws {
        var table = TranslationTable()
        let ends = [Self.page(0, 0), Self.page(0xFFFF_FFFF_F000, 0xF_FFFF_FFFF_F000)]
        try table.map(ends)
        #expect(Array(table.mappings) == ends)
        #expect(table.mapping(at: 1 << 48) == nil)
        #expect(table.mapping(at: .max) == nil)
    }

    @Test(arguments: PageSize.allCases) func `misaligned addresses are refused`(size: PageSize) {
        var table = TranslationTable()
        for mapping in [Self.page(size.bytes / 2, 0, size), Self.page(0, size.bytes / 2, size)] {
            #expect(throws: MappingError.misaligned(mapping)) { try table.map(mapping) }
        }
        #expect(table.isEmpty)
    }

    @Test(
        arguments: [(1 << 48, 0), (0, 1 << 52), (UInt64.max - 0xFFF, 0), (0, UInt64.max - 0xFFF)] as [(UInt64, UInt64)])
    func `addresses that are too wide are refused`(address: UInt64, physical: UInt64) {
        var table = TranslationTable()
        let mapping = Self.page(address, physical)
        #expect(throws: MappingError.tooWide(mapping)) { try table.map(mapping) }
        #expect(table.isEmpty)
    }

    @Test(arguments: PageSize.allCases, PageSize.allCases)
    func `a page never goes over another`(there: PageSize, new: PageSize) throws {
        var table = TranslationTable()
        // The later of two pages in a 1 GiB region: a smaller one lies inside the larger one, an equal one on it.
        let existing = Self.page(0x8000_0000 - there.bytes, 0, there)
        let added = Self.page(0x8000_0000 - new.bytes, 1 << 30, new)
        try table.map(existing)
        let before = table
        #expect(throws: MappingError.overlaps(existing)) { try table.map(added) }
        #expect(table == before)
    }

    @Test func `pages of different sizes stand side by side`() throws {
        var table = TranslationTable()
        let mappings = [
            Self.page(0x3FFF_F000, 0), Self.page(0x4000_0000, 1 << 30, .huge), Self.page(0x8000_0000, 0, .large),
        ]
        try table.map(mappings)
        #expect(Array(table.mappings) == mappings)
        #expect(Array(table.mappings(in: 0x4000_1000..<0x8000_0000)) == [mappings[1]])
        #expect(Array(table.mappings(in: 0x4000_1000..<0x8000_0001)) == Array(mappings[1...]))
        #expect(Array(table.mappings(in: 0..<0x3FFF_F000)).isEmpty)
    }

    @Test func `of several pages all are added or none`() throws {
        var table = TranslationTable()
        try table.map(Self.page(0x3000, 0))
        let before = table
        let batch = [Self.page(0x1000, 0), Self.page(0x2000, 0), Self.page(0x3000, 0x1000)]
        #expect(throws: MappingError.overlaps(Self.page(0x3000, 0))) { try table.map(batch) }
        #expect(table == before)
        #expect(table.mapping(at: 0x1000) == nil)
    }

    @Test func `unmapping returns the pages in order and leaves the others`() throws {
        var table = TranslationTable()
        let mappings = [
            Self.page(0x1000, 0), Self.page(0x2000, 0x5000), Self.page(0x20_0000, 0, .large), Self.page(0x40_0000, 0),
        ]
        try table.map(mappings.reversed())
        #expect(try table.unmap(0x1000..<0x40_0000) == Array(mappings[..<3]))
        #expect(Array(table.mappings) == [mappings[3]])
    }

    @Test func `splitting makes a page begin there and translates nothing differently`() throws {
        var table = TranslationTable()
        let huge = Self.page(0x4000_0000, 0x8000_0000, .huge, .read)
        try table.map(huge)
        table.split(at: 0x4020_3000)
        #expect(table.mappings.count { $0.pageSize == .small } == 512)
        #expect(table.mappings.count { $0.pageSize == .large } == 511)
        #expect(table.mappings.allSatisfy { $0.permissions == .read && $0.physical == $0.address + 0x4000_0000 })
        #expect(table.mapping(at: 0x4020_3000)?.address == 0x4020_3000)
        try table.unmap(0x4020_3000..<0x4020_4000)
        #expect(table.mapping(at: 0x4020_2000)?.pageSize == .small)
    }

    @Test func `where no page reaches across nothing is split`() throws {
        var table = TranslationTable()
        try table.map([Self.page(0x20_0000, 0, .large), Self.page(0x40_0000, 0)])
        let before = table
        for address in [0x20_0000, 0x40_0000, 0x40_1000, 0x8000_0000, 0x20_1001, 1 << 48, .max] as [UInt64] {
            table.split(at: address)
        }
        #expect(table == before)
    }

    @Test(arguments: AddressWidth.allCases) func `a table ends at its width`(width: AddressWidth) throws {
        var table = TranslationTable(width: width)
        let last = Self.page(width.limit - 0x20_0000, 0, .large)
        try table.map(last)
        #expect(Array(table.mappings) == [last])
        #expect(table.mapping(at: width.limit) == nil)
        let beyond = Self.page(width.limit, 0)
        #expect(throws: MappingError.tooWide(beyond)) { try table.map(beyond) }
        #expect(table.nodeCount == width.levels - 1)
    }

    @Test func `unmapping nothing is refused`() {
        var table = TranslationTable()
        #expect(throws: MappingError.notMapped(0..<0x1000)) { try table.unmap(0..<0x1000) }
    }

    @Test(arguments: [0x20_1000..<0x40_0000, 0x20_0000..<0x3F_F000, 0x1000..<0x20_1000] as [Range<UInt64>])
    func `unmapping a part of a page is refused`(range: Range<UInt64>) throws {
        var table = TranslationTable()
        let mappings = [Self.page(0x1000, 0), Self.page(0x20_0000, 0, .large)]
        try table.map(mappings)
        #expect(throws: MappingError.splitsPage(mappings[1])) { try table.unmap(range) }
        #expect(Array(table.mappings) == mappings)
    }

    @Test func `tables are equal if they map the same, whatever happened before`() throws {
        let first = Self.page(0x1000, 0)
        let second = Self.page(0x5000_0000_0000, 0)
        var left = TranslationTable()
        try left.map([first, second])
        var right = TranslationTable()
        try right.map([second, Self.page(0x4000_0000, 0, .huge), first])
        #expect(left != right)
        try right.unmap(0x4000_0000..<0x8000_0000)
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        try right.unmap(0..<0x2000)
        try right.map(Self.page(0x1000, 0, .small, .read))
        #expect(left != right)
    }

    @Test func `an unmapped region takes pages of another size`() throws {
        var table = TranslationTable()
        try table.map(Mapping.covering(address: 0x4000_0000, physical: 0x1000, count: 1 << 21))
        try table.unmap(0x4000_0000..<0x4020_0000)
        try table.map(Self.page(0x4000_0000, 0, .huge))
        #expect(table.mapping(at: 0x4000_0000)?.pageSize == .huge)
    }

    @Test func `a table does not grow by what was unmapped`() throws {
        var table = TranslationTable()
        for region in 0..<100 as Range<UInt64> {
            let page = Self.page(region << 39, 0)
            try table.map(page)
            try table.unmap(page.addresses)
        }
        #expect(table.isEmpty)
        #expect(table.nodeCount == 4)
    }

    @Test func `a range is covered by the largest pages that fit`() {
        let pages = Mapping.covering(
            address: 0x3FDF_F000, physical: 0x7FDF_F000, count: 0x4060_2000, permissions: .read)
        #expect(pages.map(\.pageSize) == [.small, .large, .huge, .large, .large, .small])
        #expect(pages.map(\.address) == [0x3FDF_F000, 0x3FE0_0000, 0x4000_0000, 0x8000_0000, 0x8020_0000, 0x8040_0000])
        #expect(pages.allSatisfy { $0.physical == $0.address + 0x4000_0000 && $0.permissions == .read })
        let shifted = Mapping.covering(address: 0x4000_0000, physical: 0x4000_1000, count: 1 << 21)
        #expect(shifted.count == 512)
        #expect(Mapping.covering(address: 0, physical: 0, count: 0xFFF).isEmpty)
    }

    /// Against a plain list of pages: same refusals, same contents, over 4,000 random steps for each seed.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func `random changes agree with a model`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var table = TranslationTable()
        var model: [UInt64: Mapping] = [:]
        for _ in 0..<4000 {
            let size = PageSize.allCases[Int.random(in: 0..<3, using: &random)]
            // Four 1 GiB regions, in each the first and the last 8 MiB: pages of all sizes meet.
            let region = UInt64.random(in: 0..<4, using: &random) << 30
            let inside = (UInt64.random(in: 0..<16, using: &random) + (Bool.random(using: &random) ? 496 : 0)) << 21
            let small = UInt64.random(in: 0..<4, using: &random) << 12
            let address = (region + inside + small) & ~(size.bytes - 1)
            if Bool.random(using: &random) {
                let mapping = Self.page(address, UInt64.random(in: 0..<64, using: &random) << 30, size)
                let hit = model.values.filter { $0.addresses.overlaps(mapping.addresses) }.min {
                    $0.address < $1.address
                }
                if let hit {
                    #expect(throws: MappingError.overlaps(hit)) { try table.map(mapping) }
                } else {
                    try table.map(mapping)
                    model[address] = mapping
                }
            } else {
                let range = address..<address + size.bytes
                let hits = model.values.filter { $0.addresses.overlaps(range) }.sorted { $0.address < $1.address }
                let crossing = hits.first { !range.contains($0.addresses) }
                if hits.isEmpty {
                    #expect(throws: MappingError.notMapped(range)) { try table.unmap(range) }
                } else if let crossing {
                    #expect(throws: MappingError.splitsPage(crossing)) { try table.unmap(range) }
                } else {
                    #expect(try table.unmap(range) == hits)
                    for hit in hits { model[hit.address] = nil }
                }
            }
        }
        #expect(!model.isEmpty)
        #expect(Array(table.mappings) == model.values.sorted { $0.address < $1.address })
        for mapping in model.values {
            #expect(table.mapping(at: mapping.address + mapping.pageSize.bytes / 2) == mapping)
        }
    }
}

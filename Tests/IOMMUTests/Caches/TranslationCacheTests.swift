import Testing

@testable import IOMMU

@Suite struct `Translation cache` {
    private static let tables = TranslationCache.TablePair(.none, TableNumber(rawValue: 3))

    private static func page(_ frame: UInt64) -> ResolvedPage {
        ResolvedPage(
            physical: frame << 12, permissionBits: 0b11, owner: .private(DomainNumber(rawValue: UInt16(frame & 0xFFFF)))
        )
    }

    @Test func `a page keeps all that it is made of`() {
        let page = ResolvedPage(
            physical: 0xF_FFFF_FFFF_F123, permissionBits: 0b10, owner: .shared(DomainNumber(rawValue: 0xFFFF)))
        #expect(page.physical == 0xF_FFFF_FFFF_F000)
        #expect(page.permissions == .write)
        #expect(page.allows(.write))
        #expect(!page.allows(.read))
        #expect(page.owner.owner == .shared(DomainNumber(rawValue: 0xFFFF)))
        #expect(!ResolvedPage.none.allows(.read))
        #expect(!ResolvedPage.none.allows(.write))
        #expect(ResolvedPage(physical: 0, permissionBits: 0b01, owner: .host) != .none)
    }

    @Test func `an empty cache knows nothing, not even of page 0`() {
        let cache = TranslationCache(capacity: 16)
        #expect(cache.lookUp(0, Self.tables) == .none)
        #expect(cache.lookUp(0, .none) == .none)
        #expect(cache.entries.isEmpty)
    }

    @Test func `tables keep their pages apart`() {
        var cache = TranslationCache(capacity: 64)
        let pairs = [TableNumber.none, TableNumber(rawValue: 1)].flatMap { first in
            (2..<4).map { TranslationCache.TablePair(first, TableNumber(rawValue: $0)) }
        }
        for (index, pair) in pairs.enumerated() { cache.fill(7, pair, Self.page(UInt64(index) + 1)) }
        for (index, pair) in pairs.enumerated() {
            #expect(cache.lookUp(7, pair) == Self.page(UInt64(index) + 1))
            #expect(cache.lookUp(8, pair) == .none)
        }
    }

    @Test func `a page that is filled again is replaced, not doubled`() {
        var cache = TranslationCache(capacity: 4)
        cache.fill(1, Self.tables, Self.page(1))
        cache.fill(1, Self.tables, Self.page(2))
        #expect(cache.lookUp(1, Self.tables) == Self.page(2))
        #expect(cache.entries.count == 1)
    }

    @Test(arguments: [1, 4, 5, 1000, 1024]) func `it holds no more than its capacity, and what it holds is right`(
        capacity: Int
    ) {
        var cache = TranslationCache(capacity: capacity)
        for page in 0..<4096 as Range<UInt64> {
            cache.fill(page, Self.tables, Self.page(page + 1))
            #expect(cache.lookUp(page, Self.tables) == Self.page(page + 1))
        }
        #expect(cache.entries.count <= max(4, capacity.nextPowerOfTwo))
        #expect(cache.entries.count > capacity / 2)
        for entry in cache.entries { #expect(entry.resolved == Self.page(entry.page + 1)) }
    }

    @Test func `equal contents are equal, however they came about`() {
        var left = TranslationCache(capacity: 4)
        var right = left
        for page in [1, 2, 3] as [UInt64] { left.fill(page, Self.tables, Self.page(page)) }
        for page in [3, 9, 2, 1] as [UInt64] { right.fill(page, Self.tables, Self.page(page)) }
        #expect(left != right)
        right.remove { $0.page == 9 }
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        right.remove { _ in true }
        #expect(right == TranslationCache(capacity: 4))
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}

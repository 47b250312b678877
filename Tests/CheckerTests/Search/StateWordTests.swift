import Testing

@testable import Checker

@Suite struct StateWordTests {
    @Test func `neighbouring words spread over all shares of the table`() {
        let narrow = Set((0..<4096).map { UInt64($0).spread >> 52 })
        let wide = Set((0..<4096).map { (UInt128($0) << 64).spread >> 52 })
        #expect(narrow.count > 2400)
        #expect(wide.count > 2400)
    }

    @Test(arguments: 1...5) func `every shard owns its share`(count: Int) {
        let owners = (0..<10_000 as Range<UInt64>).map { $0.shard(of: count) }
        let shares = Dictionary(grouping: owners) { $0 }.mapValues(\.count)
        #expect(shares.keys.sorted() == Array(0..<count))
        #expect(shares.values.allSatisfy { abs($0 - 10_000 / count) < 500 })
    }
}

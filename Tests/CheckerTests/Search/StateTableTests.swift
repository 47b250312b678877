import Testing

@testable import Checker

@Suite struct StateTableTests {
    @Test func `words keep the number of their order while the table grows`() {
        let words = (0..<20_000 as Range<UInt64>).map { $0 &* $0 }
        var table = StateTable<UInt64>(budget: .max)
        #expect(table.news(of: words) == words)
        #expect(table.news(of: words) == [])
        #expect(words.indices.allSatisfy { table.number(of: words[$0]) == $0 })
        #expect(table.number(of: 3) == nil)
    }

    @Test func `different words of the same spread are all kept`() {
        // The spread of a wide word is that of its low half and the high half's own, taken together.
        let words = (0..<500 as Range<UInt64>).map { high in
            UInt128(high) << 64 | UInt128((high &* 0x9e37_79b9_7f4a_7c15).spread)
        }
        #expect(Set(words.map(\.spread)).count == 1)
        var table = StateTable<UInt128>(budget: .max)
        #expect(table.news(of: words) == words)
        #expect(table.news(of: words) == [])
        #expect(words.indices.allSatisfy { table.number(of: words[$0]) == $0 })
    }

    @Test func `a word twice in a batch is new once`() {
        var table = StateTable<UInt64>(budget: .max)
        #expect(table.news(of: [7, 8, 7, 8, 7]) == [7, 8])
    }

    @Test func `without room nothing is forgotten and nothing more is taken`() {
        var table = StateTable<UInt64>(budget: 20_000)
        var count: UInt64 = 0
        while table.insert([count], isNew: { _ in }) { count += 1 }
        #expect(count >= 768)
        #expect(table.bytes <= 20_000)
        #expect(table.words.count == Int(count))
        #expect((0..<count).allSatisfy { table.number(of: $0) == Int($0) })
        #expect(table.number(of: count) == nil)
        #expect(table.news(of: [0]) == [])
    }

    @Test func `a state of 64 bits takes at most 24 bytes`() {
        var table = StateTable<UInt64>(budget: .max)
        var worst = 0
        for word in 0..<50_000 as Range<UInt64> {
            _ = table.news(of: [word])
            if word >= 768 { worst = max(worst, table.bytes / table.words.count) }
        }
        #expect(worst <= 20)
    }
}

extension StateTable {
    /// Puts words in, and returns those that are new; nil: there was no room.
    fileprivate mutating func news(of words: [Word]) -> [Word]? {
        var news: [Word] = []
        for start in stride(from: 0, to: words.count, by: Self.batchSize) {
            let batch = ContiguousArray(words[start..<min(start + Self.batchSize, words.count)])
            guard insert(batch, isNew: { news.append($0) }) else { return nil }
        }
        return news
    }
}

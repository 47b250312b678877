import Checker
import Testing

@Suite struct LanesTests {
    private func lanes(_ count: Int, _ width: Int) throws -> Lanes<UInt64> { try #require(Lanes(count, width: width)) }

    @Test func `lanes stand side by side from the lowest bits`() throws {
        let lanes = try lanes(4, 4)
        #expect((0..<4).map { lanes.number($0, in: 0xdcba) } == [0xa, 0xb, 0xc, 0xd])
        #expect(lanes.replacing(2, by: 7, in: 0xdcba) == 0xd7ba)
    }

    @Test func `a lane may be as wide as the word`() throws {
        let lanes = try lanes(1, 64)
        #expect(lanes.replacing(0, by: 5, in: .max) == 5)
        #expect(lanes.number(0, in: 5) == 5)
    }

    @Test func `more than a word has are refused`() {
        #expect(Lanes<UInt64>(17, width: 4) == nil)
        #expect(Lanes<UInt128>(17, width: 4) != nil)
        #expect(Lanes<UInt64>(0, width: 4) == nil)
        #expect(Lanes<UInt64>(4, width: 0) == nil)
        #expect(Lanes<UInt64>(.max, width: .max) == nil)
    }

    @Test func `sorting leaves what stands above the lanes`() throws {
        let lanes = try lanes(3, 4)
        #expect(lanes.sorted(0xf_0213) == 0xf_0321)
        #expect(lanes.sorting(0, as: 9, in: 0xf_0321) == 0xf_0932)
        #expect(try self.lanes(1, 4).sorted(0x57) == 0x57)
    }

    @Test func `sorting in one lane is sorting all`() throws {
        let lanes = try lanes(4, 3)
        for word in 0..<(1 << 12) as Range<UInt64> where lanes.sorted(word) == word {
            for lane in 0..<4 {
                for number in 0..<8 {
                    let changed = lanes.replacing(lane, by: number, in: word)
                    #expect(lanes.sorting(lane, as: number, in: word) == lanes.sorted(changed))
                }
            }
        }
    }
}

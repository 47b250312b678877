/// Numbers of the same width side by side in a word: one for each of several alike parts of a system.
public struct Lanes<Word: StateWord>: Hashable, Sendable {
    /// How many there are.
    public let count: Int
    /// How wide each is, in bits.
    public let width: Int

    /// Creates the layout; nil: a word has not so many bits.
    public init?(_ count: Int, width: Int) {
        guard count > 0, width > 0, count.multipliedReportingOverflow(by: width).overflow == false,
            count * width <= Word.bitWidth
        else { return nil }
        self.count = count
        self.width = width
    }

    /// The number in a lane; lane 0 stands in the lowest bits.
    public func number(_ lane: Int, in word: Word) -> Int {
        Int(truncatingIfNeeded: word &>> Word(truncatingIfNeeded: lane &* width) & mask)
    }

    /// The word with another number in a lane.
    public func replacing(_ lane: Int, by number: Int, in word: Word) -> Word {
        let shift = Word(truncatingIfNeeded: lane &* width)
        return word & ~(mask &<< shift) | Word(truncatingIfNeeded: number) &<< shift
    }

    /// The word with another number in a lane, and all lanes in ascending order, as they are in `word`.
    public func sorting(_ lane: Int, as number: Int, in word: Word) -> Word {
        var word = word
        var lane = lane
        while lane + 1 < count, case let next = self.number(lane + 1, in: word), next < number {
            word = replacing(lane, by: next, in: word)
            lane += 1
        }
        return sinking(lane, as: number, in: word)
    }

    /// The word with its lanes in ascending order. What stands above them stays.
    public func sorted(_ word: Word) -> Word {
        var word = word
        for lane in 0..<count {
            word = sinking(lane, as: number(lane, in: word), in: word)
        }
        return word
    }

    /// The word with a number put below all greater ones in the lanes up to this one, which are in order.
    private func sinking(_ lane: Int, as number: Int, in word: Word) -> Word {
        var word = word
        var lane = lane
        while lane > 0, case let below = self.number(lane - 1, in: word), below > number {
            word = replacing(lane, by: below, in: word)
            lane -= 1
        }
        return replacing(lane, by: number, in: word)
    }

    private var mask: Word { ~0 &>> Word(truncatingIfNeeded: Word.bitWidth &- width) }
}

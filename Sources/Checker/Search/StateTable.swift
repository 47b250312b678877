/// Every state that was found, exactly and once, in the order in which it was found: the first ones are the nearest.
///
/// The words stand in one array. An open-addressing index over it holds a number of 32 bits per slot: a word's place in the
/// array and, in the bits that this leaves, a part of its spread that spares most comparisons of unequal words. Whether a
/// word is known is decided by comparing it with the words themselves, so a collision costs a probe and hides nothing.
struct StateTable<Word: StateWord>: Sendable {
    /// The states; a state's place is its number.
    private(set) var words: ContiguousArray<Word> = []
    /// A word's number plus one, with a tag above; 0: free. Linear probing.
    private var slots: ContiguousArray<UInt32> = []
    /// The bits of a slot that hold the number.
    private var numberMask: UInt32 = 0
    /// How many words the index takes: three quarters of its slots.
    private var capacity = 0
    /// How many bytes it may take, also for as long as it grows.
    private let budget: Int

    init(budget: Int) {
        self.budget = budget
        grow(to: 1024)
    }

    /// The bytes it takes.
    var bytes: Int { Self.bytes(slots: slots.count) }

    /// How many words are put in at a time.
    static var batchSize: Int { 128 }

    /// Puts words in, at most ``batchSize`` at a time, and tells of those that are new.
    ///
    /// Most words are known, and finding that out is waiting for memory. So the slots of the whole batch are fetched side by
    /// side, then the words that they name; only a word that is not found like this is looked for one slot after the other.
    ///
    /// - Returns: False if there is no room for all of them.
    mutating func insert(_ batch: ContiguousArray<Word>, isNew: (Word) -> Void) -> Bool {
        var entries = InlineArray<128, UInt32>(repeating: 0)
        for (index, word) in batch.enumerated() {
            let spread = word.spread
            let entry = slots[home(of: spread)]
            entries[index] = isTagged(entry, spread) ? entry & numberMask : 0
        }
        var isKnown = InlineArray<128, Bool>(repeating: false)
        for (index, word) in batch.enumerated() where entries[index] != 0 {
            isKnown[index] = words[number(in: entries[index])] == word
        }
        for (index, word) in batch.enumerated() where !isKnown[index] {
            switch insert(word) {
            case true?: isNew(word)
            case false?: break
            case nil: return false
            }
        }
        return true
    }

    /// Puts a word in and says whether it is new; nil: there is no room for it.
    private mutating func insert(_ word: Word) -> Bool? {
        let spread = word.spread
        var slot = home(of: spread)
        while case let entry = slots[slot], entry != 0 {
            if isTagged(entry, spread), words[number(in: entry)] == word { return false }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        if words.count == capacity {
            guard canGrow else { return nil }
            grow(to: slots.count + slots.count / 2)
            return insert(word)
        }
        words.append(word)
        slots[slot] = entry(words.count - 1, spread)
        return true
    }

    /// The number of a word; nil: it was not found.
    func number(of word: Word) -> Int? {
        let spread = word.spread
        var slot = home(of: spread)
        while case let entry = slots[slot], entry != 0 {
            if isTagged(entry, spread), words[number(in: entry)] == word { return number(in: entry) }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        return nil
    }

    // MARK: Slots

    private func home(of spread: UInt64) -> Int { Int(spread.multipliedFullWidth(by: UInt64(slots.count)).high) }

    private func entry(_ number: Int, _ spread: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: spread) & ~numberMask | UInt32(number + 1)
    }

    private func isTagged(_ entry: UInt32, _ spread: UInt64) -> Bool {
        (entry ^ UInt32(truncatingIfNeeded: spread)) & ~numberMask == 0
    }

    private func number(in entry: UInt32) -> Int { Int(entry & numberMask) - 1 }

    // MARK: Growing

    /// By half each time, so that between half and three quarters of the slots are taken.
    private var canGrow: Bool {
        let next = slots.count + slots.count / 2
        return next < UInt32.max && Self.bytes(slots: next) + words.count * MemoryLayout<Word>.stride <= budget
    }

    private static func bytes(slots: Int) -> Int {
        slots * MemoryLayout<UInt32>.stride + capacity(slots: slots) * MemoryLayout<Word>.stride
    }

    private static func capacity(slots: Int) -> Int { slots / 4 * 3 }

    private mutating func grow(to count: Int) {
        slots = []
        capacity = Self.capacity(slots: count)
        words.reserveCapacity(capacity)
        numberMask = UInt32.max >> UInt32(UInt32(capacity).leadingZeroBitCount)
        slots = ContiguousArray(repeating: 0, count: count)
        for (number, word) in words.enumerated() {
            let spread = word.spread
            var slot = home(of: spread)
            while slots[slot] != 0 { slot = slot + 1 == count ? 0 : slot + 1 }
            slots[slot] = entry(number, spread)
        }
    }
}

/// The IOTLB: 4 KiB translations by device page and the tables that were walked. Larger pages are broken up.
///
/// Four ways a set, filled by walks. A full set forgets one of its entries; which, follows from the page alone.
/// Everything else stays until it is invalidated, whatever the tables say by then.
struct TranslationCache: Sendable {
    private var ways: ContiguousArray<Way> = []
    /// Number of index bits of a set.
    private let setBits: UInt64

    /// One entry; `page` 0 of no tables: empty.
    struct Way: Hashable {
        var page: UInt64 = 0
        var tables = TablePair.none
        var resolved = ResolvedPage.none

        /// First device address.
        var address: UInt64 { page << 12 }
        /// The second-stage table that it was made through.
        var secondStage: TableNumber { tables.second }
    }

    /// The tables of a walk in 64 bits: first stage, `none` where there is none, above; second stage below.
    struct TablePair: RawRepresentable, Hashable {
        let rawValue: UInt64

        init(rawValue: UInt64) { self.rawValue = rawValue }

        init(_ first: TableNumber, _ second: TableNumber) {
            rawValue = UInt64(first.rawValue) << 32 | UInt64(second.rawValue)
        }

        static let none = Self(.none, .none)

        var first: TableNumber { TableNumber(rawValue: UInt32(truncatingIfNeeded: rawValue >> 32)) }
        var second: TableNumber { TableNumber(rawValue: UInt32(truncatingIfNeeded: rawValue)) }
    }

    private static let waysPerSet = 4

    /// Creates an empty cache of at least `capacity` entries; a power of two of sets.
    init(capacity: Int) {
        let sets = UInt64(max(1, (capacity + Self.waysPerSet - 1) / Self.waysPerSet))
        setBits = UInt64(64 - (sets - 1).leadingZeroBitCount)
    }

    /// What is cached, in order of tables and addresses.
    var entries: [Way] {
        ways.filter { $0.tables != .none }.sorted { ($0.tables.rawValue, $0.page) < ($1.tables.rawValue, $1.page) }
    }

    /// What is cached for a page; `none`: nothing.
    @inline(__always)
    func lookUp(_ page: UInt64, _ tables: TablePair) -> ResolvedPage {
        guard !ways.isEmpty else { return .none }
        let base = firstWay(page, tables)
        for index in base..<base &+ Self.waysPerSet where ways[index].page == page && ways[index].tables == tables {
            return ways[index].resolved
        }
        return .none
    }

    /// Takes an entry in, in the place of an older one for the same page.
    mutating func fill(_ page: UInt64, _ tables: TablePair, _ resolved: ResolvedPage) {
        if ways.isEmpty { ways = ContiguousArray(repeating: Way(), count: Self.waysPerSet << Int(setBits)) }
        let base = firstWay(page, tables)
        let set = base..<base &+ Self.waysPerSet
        let index =
            set.first { ways[$0].page == page && ways[$0].tables == tables }
            ?? set.first { ways[$0].tables == .none }
            ?? base + Int(truncatingIfNeeded: Self.hash(page, tables) & 3)
        ways[index] = Way(page: page, tables: tables, resolved: resolved)
    }

    /// Forgets the entries that are chosen.
    mutating func remove(where isChosen: (Way) -> Bool) {
        for index in ways.indices where ways[index].tables != .none && isChosen(ways[index]) { ways[index] = Way() }
    }

    /// The first entry that leads to a frame of a range.
    func first(reaching physical: Range<UInt64>) -> Way? {
        ways.first { $0.tables != .none && $0.resolved.reaches(physical) }
    }

    @inline(__always)
    private func firstWay(_ page: UInt64, _ tables: TablePair) -> Int {
        let set = setBits == 0 ? 0 : Self.hash(page, tables) &>> (64 &- setBits)
        return Int(truncatingIfNeeded: set) &<< 2
    }

    @inline(__always)
    private static func hash(_ page: UInt64, _ tables: TablePair) -> UInt64 {
        (page &+ tables.rawValue &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
    }
}

extension TranslationCache: Hashable {
    /// Whether both hold the same entries, wherever they stand.
    static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }

    func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

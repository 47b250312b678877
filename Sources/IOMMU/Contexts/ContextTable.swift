import PCIe

/// A translation table by the number that contexts name it by. Numbers are not reused.
public struct TableNumber: RawRepresentable, Hashable, Sendable, Codable {
    /// The number, from 0.
    public let rawValue: UInt32

    /// Creates a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What is known of one requester. One that nobody has set up may do nothing: it has no tables, and cannot master the bus.
public struct RequesterContext: Hashable, Sendable {
    /// What its DMA may reach at all.
    public var gate: DMAGate = .ordinary
    /// Whether bus mastering is switched on, in the function and above it.
    public var isBusMaster = false
    /// The host's table; nil: no context.
    public internal(set) var hostTable: TableNumber?
    /// The TSM's table; nil: no context.
    public internal(set) var trustedTable: TableNumber?

    /// The table of a kind.
    func table(_ kind: TranslationProfile.Tables) -> TableNumber? {
        switch kind {
        case .host: hostTable
        case .trusted: trustedTable
        }
    }
}

/// Contexts by requester ID: a root of 256 buses, and 256 contexts for each bus that has any.
struct ContextTable: Hashable, Sendable {
    /// For each bus the number of its block, or -1.
    private var blocks = ContiguousArray<Int16>(repeating: -1, count: 256)
    private var contexts: ContiguousArray<RequesterContext> = []
    /// Everybody whose context names a table; follows from the contexts, and spares looking through all of them.
    private var users: [TableNumber: Set<RequesterID>] = [:]

    subscript(requester: RequesterID) -> RequesterContext {
        get {
            let block = blocks[Int(requester.bus)]
            return block < 0 ? RequesterContext() : contexts[Self.index(block, requester)]
        }
        set {
            let old = self[requester]
            follow(requester, from: old.hostTable, to: newValue.hostTable)
            follow(requester, from: old.trustedTable, to: newValue.trustedTable)
            var block = blocks[Int(requester.bus)]
            if block < 0 {
                block = Int16(contexts.count / 256)
                contexts.append(contentsOf: repeatElement(RequesterContext(), count: 256))
                blocks[Int(requester.bus)] = block
            }
            contexts[Self.index(block, requester)] = newValue
        }
    }

    private static func index(_ block: Int16, _ requester: RequesterID) -> Int {
        Int(block) * 256 + Int(requester.rawValue & 0xFF)
    }

    /// Everybody whose context names a table, in order of requester IDs.
    func requesters(using table: TableNumber) -> [RequesterID] { users[table]?.sorted() ?? [] }

    private mutating func follow(_ requester: RequesterID, from old: TableNumber?, to new: TableNumber?) {
        guard old != new else { return }
        if let old {
            users[old]?.remove(requester)
            if users[old]?.isEmpty == true { users[old] = nil }
        }
        if let new { users[new, default: []].insert(requester) }
    }
}

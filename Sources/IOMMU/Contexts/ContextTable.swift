import PCIe

/// Contexts by requester ID: a root of 256 buses, and 256 contexts for each bus that has any.
struct ContextTable: Hashable, Sendable {
    /// For each bus the number of its block. All that have none share block 0, which stays as nobody set it up.
    private var blocks = ContiguousArray<UInt16>(repeating: 0, count: 256)
    private var contexts = ContiguousArray(repeating: RequesterContext(), count: 256)
    /// What each context settles, for each block about T=0 and then about T=1: it follows from the context, and spares
    /// looking it up for every DMA.
    private var admissions = ContiguousArray<Admission?>(repeating: nil, count: 512)
    /// The first-stage tables of PASIDs.
    private(set) var processTables: [ProcessAddressSpace: TableNumber] = [:]
    /// How many contexts of whom name a table; follows from the contexts, and spares looking through all of them.
    private var users: [TableNumber: [RequesterID: Int]] = [:]

    /// One address space of a function.
    struct ProcessAddressSpace: Hashable {
        let requester: RequesterID
        let pasid: PASID
    }

    subscript(requester: RequesterID) -> RequesterContext {
        @inline(__always)
        get { contexts[Self.index(blocks[Int(requester.rawValue >> 8)], requester)] }
    }

    /// What a context settles about DMA of its requester without a PASID; nil: nothing, it has to be asked.
    @inline(__always)
    func settled(_ requester: RequesterID, _ tBit: TBit) -> Admission? {
        admissions[Self.index(blocks[Int(requester.rawValue >> 8)], requester, tBit)]
    }

    /// Puts a context in the place of another one, with what it settles about T=0 and about T=1.
    mutating func set(
        _ context: RequesterContext, of requester: RequesterID, settling untrusted: Admission?, _ trusted: Admission?
    ) {
        let old = self[requester]
        for kind in TableKind.allCases { follow(requester, from: old[kind], to: context[kind]) }
        var block = blocks[Int(requester.bus)]
        if block == 0 {
            block = UInt16(contexts.count / 256)
            contexts.append(contentsOf: repeatElement(RequesterContext(), count: 256))
            admissions.append(contentsOf: repeatElement(nil, count: 512))
            blocks[Int(requester.bus)] = block
        }
        contexts[Self.index(block, requester)] = context
        admissions[Self.index(block, requester, .untrusted)] = untrusted
        admissions[Self.index(block, requester, .trusted)] = trusted
    }

    /// The first-stage table of a PASID; nil: none.
    subscript(requester: RequesterID, pasid: PASID) -> TableNumber? {
        get { processTables[ProcessAddressSpace(requester: requester, pasid: pasid)] }
        set {
            let space = ProcessAddressSpace(requester: requester, pasid: pasid)
            follow(requester, from: processTables[space] ?? .none, to: newValue ?? .none)
            processTables[space] = newValue
        }
    }

    @inline(__always)
    private static func index(_ block: UInt16, _ requester: RequesterID) -> Int {
        Int(block) << 8 | Int(requester.rawValue & 0xFF)
    }

    @inline(__always)
    private static func index(_ block: UInt16, _ requester: RequesterID, _ tBit: TBit) -> Int {
        Int(block) << 9 | Int(tBit.rawValue) << 8 | Int(requester.rawValue & 0xFF)
    }

    /// Everybody whose context names a table, in order of requester IDs.
    func requesters(using table: TableNumber) -> [RequesterID] { users[table]?.keys.sorted() ?? [] }

    private mutating func follow(_ requester: RequesterID, from old: TableNumber, to new: TableNumber) {
        guard old != new else { return }
        if let old = old.orNil {
            users[old]?[requester, default: 1] -= 1
            if users[old]?[requester] == 0 { users[old]?[requester] = nil }
            if users[old]?.isEmpty == true { users[old] = nil }
        }
        if let new = new.orNil { users[new, default: [:]][requester, default: 0] += 1 }
    }
}

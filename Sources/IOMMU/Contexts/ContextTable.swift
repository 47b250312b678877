import PCIe

/// Contexts by requester ID: a root of 256 buses, and 256 contexts for each bus that has any.
struct ContextTable: Hashable, Sendable {
    /// For each bus the number of its block. All that have none share block 0, which stays as nobody set it up.
    private var blocks = ContiguousArray<UInt16>(repeating: 0, count: 256)
    private var contexts = ContiguousArray(repeating: RequesterContext(), count: 256)
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
        set {
            let old = self[requester]
            for kind in TableKind.allCases { follow(requester, from: old[kind], to: newValue[kind]) }
            var block = blocks[Int(requester.bus)]
            if block == 0 {
                block = UInt16(contexts.count / 256)
                contexts.append(contentsOf: repeatElement(RequesterContext(), count: 256))
                blocks[Int(requester.bus)] = block
            }
            contexts[Self.index(block, requester)] = newValue
        }
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

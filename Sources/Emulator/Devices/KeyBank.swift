internal import TDISP
internal import WireBytes

/// The stream keys that a port holds, one for each slot in use. Keys go in and are forgotten; nobody reads them out.
struct KeyBank {
    private var keys: [IDEKeySlot: InlineArray<32, UInt8>] = [:]

    mutating func store(_ key: consuming IDEKey, in slot: IDEKeySlot) { keys[slot] = key.aesOrder }

    mutating func erase(_ slots: IDEKeySlots) { keys = keys.filter { !slots.contains($0.key) } }

    /// Whether what is protected with this slot's key passes the check with the key in the other bank's peer slot: the
    /// model's integrity check.
    func agrees(with other: KeyBank, on slot: IDEKeySlot) -> Bool {
        guard let key = keys[slot], let peer = other.keys[slot.peer] else { return false }
        return constantTimeEqual(key, peer)
    }
}

extension IDEKeySlots {
    /// The slots in the set, first to last.
    var slots: [IDEKeySlot] {
        var slots: [IDEKeySlot] = []
        var rest = self
        while let slot = rest.first {
            slots.append(slot)
            rest = rest.withoutFirst
        }
        return slots
    }
}

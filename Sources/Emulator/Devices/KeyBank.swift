internal import OpenSSLCrypto
internal import TDISP

/// The stream keys that a port holds, one for each slot in use. Keys go in and are forgotten; nobody reads them out.
struct KeyBank {
    private var keys: [IDEKeySlot: HeldKey] = [:]

    mutating func store(_ key: consuming IDEKey, in slot: IDEKeySlot) { keys[slot] = HeldKey(key) }

    mutating func erase(_ slots: IDEKeySlots) { keys = keys.filter { !slots.contains($0.key) } }

    /// Whether what is protected with this slot's key passes the check with the key in the other bank's peer slot: the
    /// model's integrity check.
    func agrees(with other: KeyBank, on slot: IDEKeySlot) -> Bool {
        guard let key = keys[slot], let peer = other.keys[slot.peer] else { return false }
        return key.bytes.isEqual(to: peer.bytes)
    }
}

/// A key in its slot, overwritten when it leaves it: a dictionary cannot hold what is not copyable.
private final class HeldKey {
    let bytes: SecretBytes

    init(_ key: borrowing IDEKey) { bytes = SecretBytes(copying: key.aesOrder.span) }
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

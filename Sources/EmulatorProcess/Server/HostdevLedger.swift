internal import Assignment
internal import Libvirt
internal import PCIe

/// The hostdevs that we put into domains, and what of them libvirt forgot when its connection was lost and is to get back.
///
/// Calls to libvirt overlap: what a listing showed counts only for hostdevs that nothing touched meanwhile.
struct HostdevLedger: Hashable, Sendable {
    /// A hostdev that is in a domain.
    struct Entry: Hashable, Sendable {
        let domain: DomainID
        var place: HostdevPlace
        /// Tells one attachment from the next of the same function to the same domain.
        fileprivate let number: Int
    }

    /// What there was when a listing began.
    struct Look: Hashable, Sendable {
        fileprivate let entries: [FunctionAddress: Entry]
        fileprivate let busy: Set<FunctionAddress>
        fileprivate let losses: Int
    }

    /// What is in a domain.
    private(set) var entries: [FunctionAddress: Entry] = [:]
    /// What libvirt has to get back.
    private(set) var owed: Set<FunctionAddress> = []
    /// How often everything was forgotten.
    private(set) var losses = 0
    /// The functions that a call of ours is putting in or taking out right now.
    private var busy: Set<FunctionAddress> = []
    private var attachments = 0

    /// Whether a function is to be put back now: libvirt has to get it back, and no call is at work on it.
    func isRestorable(_ function: FunctionAddress) -> Bool { owed.contains(function) && !busy.contains(function) }

    /// A call begins to work on a function.
    mutating func begin(_ function: FunctionAddress) { busy.insert(function) }

    /// It ends.
    mutating func end(_ function: FunctionAddress) { busy.remove(function) }

    /// A function is in a domain.
    mutating func put(_ function: FunctionAddress, into domain: DomainID, _ place: HostdevPlace) {
        attachments += 1
        entries[function] = Entry(domain: domain, place: place, number: attachments)
        owed.remove(function)
    }

    /// A function is in no domain.
    mutating func remove(_ function: FunctionAddress) {
        entries[function] = nil
        owed.remove(function)
    }

    /// The connection was lost: whatever answers next may have forgotten everything.
    mutating func connectionLost() {
        losses += 1
        owed = Set(entries.keys)
    }

    /// What is there no more is not owed.
    mutating func forgive(_ function: FunctionAddress) { owed.remove(function) }

    /// A function was put back, unless it went elsewhere meanwhile.
    mutating func restored(_ function: FunctionAddress, _ entry: Entry, _ place: HostdevPlace) {
        guard entries[function] == entry else { return }
        entries[function]?.place = place
        owed.remove(function)
    }

    /// Begins a listing; nil while libvirt lacks what it has to get back: whatever is missing then, nobody took out.
    func look() -> Look? { owed.isEmpty ? Look(entries: entries, busy: busy, losses: losses) : nil }

    /// Takes the functions off that somebody else took out: what a listing that began with `look` did not find, and
    /// nothing touched meanwhile. After a loss in between the listing is worth nothing.
    mutating func takeOff(missingFrom found: Set<FunctionAddress>, since look: Look) -> [FunctionAddress] {
        guard losses == look.losses else { return [] }
        let untouched = look.entries.filter { entries[$0.key] == $0.value && !look.busy.union(busy).contains($0.key) }
        let gone = untouched.keys.filter { !found.contains($0) }.sorted()
        for function in gone { remove(function) }
        return gone
    }
}

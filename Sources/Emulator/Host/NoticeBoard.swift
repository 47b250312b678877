internal import Assignment
internal import PCIe

/// What a host noticed by itself: what owners have not taken yet, and the last that was noticed at all, for those who only
/// listen.
struct NoticeBoard {
    /// How many of the last notices are kept for listeners.
    static let capacity = 4096

    private var notices: [FunctionAddress: [Notice]] = [:]
    /// Functions that something happened to which only a question can bring out.
    private var suspects: [FunctionAddress: Set<FunctionAddress>] = [:]
    private var line: [NoticeNews.Item] = []
    /// How many were ever posted: the position behind the line's last.
    private var position: UInt64 = 0
    /// Wakes listeners.
    let bell = Bell()

    /// Notes something about a device, named by function 0.
    mutating func post(_ notice: Notice, of device: FunctionAddress) {
        guard notices[device]?.contains(notice) != true else { return }
        notices[device, default: []].append(notice)
        if line.count == 2 * Self.capacity { line.removeFirst(Self.capacity) }
        line.append(NoticeNews.Item(dsm: device, notice: notice))
        position += 1
        bell.ring()
    }

    /// Has a function asked for its state before the next notices are given.
    mutating func suspect(_ function: FunctionAddress, of device: FunctionAddress) {
        suspects[device, default: []].insert(function)
    }

    /// Takes the functions that are to be asked.
    mutating func takeSuspects(of device: FunctionAddress) -> [FunctionAddress] {
        (suspects.removeValue(forKey: device) ?? []).sorted()
    }

    /// Takes the notices about a device, oldest first.
    mutating func take(of device: FunctionAddress) -> [Notice] { notices.removeValue(forKey: device) ?? [] }

    /// Devices about which there is something to tell or to ask.
    var devices: [FunctionAddress] { Set(notices.keys).union(suspects.keys).sorted() }

    /// What was posted behind a position; without one, what nobody has taken.
    func news(after asked: UInt64?) -> NoticeNews {
        guard let asked else {
            let untaken = notices.keys.sorted().flatMap { dsm in
                (notices[dsm] ?? []).map { NoticeNews.Item(dsm: dsm, notice: $0) }
            }
            return NoticeNews(items: untaken, position: position)
        }
        let wanted = asked <= position ? position - asked : position
        let kept = line.suffix(Int(clamping: wanted))
        return NoticeNews(
            items: Array(kept), position: position, hasGap: wanted > UInt64(kept.count) || asked > position)
    }
}

internal import Assignment
internal import PCIe

/// What a host noticed by itself and has not told yet.
struct NoticeBoard {
    private var notices: [FunctionAddress: [Notice]] = [:]
    /// Functions that something happened to which only a question can bring out.
    private var suspects: [FunctionAddress: Set<FunctionAddress>] = [:]

    /// Notes something about a device, named by function 0.
    mutating func post(_ notice: Notice, of device: FunctionAddress) {
        if notices[device]?.contains(notice) != true { notices[device, default: []].append(notice) }
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
}

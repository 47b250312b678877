import Assignment
import SPDM
import TDISP

/// An IDE stream as it is drawn: its two states, told apart by how far its keys are.
enum IDEStreamDrawing: DrawableMachine {
    static let title = "IDE stream machine: one selective stream at one port"
    static let initial = IDEStream.initial
    static let legend = [
        Graph.Legend(dma: .privatePages, text: Self.traffic(isSecure: true)),
        Graph.Legend(dma: .none, text: Self.traffic(isSecure: false)),
    ]

    private static let session = SessionID(rawValue: 1)
    private static let nextSession = SessionID(rawValue: 2)

    /// All that decides what follows. Why keys were lost is only remembered, and which session programmed them counts only
    /// as the same or another.
    struct Key: Hashable {
        let isSecure: Bool
        let isEnabled: Bool
        let keys: IDEKeyRing?
    }

    static func key(_ state: IDEStream) -> Key {
        Key(isSecure: state.isSecure, isEnabled: state.isEnabled, keys: state.keys)
    }

    static func step(_ state: IDEStream, _ event: IDEStream.Event) -> Reaction<IDEStream> {
        let transition = IDEStream.step(state, event)
        return Reaction(next: transition.next, effect: transition.effect.issued)
    }

    /// Keys come in the order in which they are programmed, and before one is used the last may go again; any other order
    /// would multiply states and make no new difference. A refresh is programmed once one key set alone is in use.
    static func alphabet(in state: IDEStream) -> [IDEStream.Event] {
        let ring = state.keys
        let set = state.isSecure ? IDEKeySet.allCases.first { ring?.active == IDEKeySlots($0) }?.other : .k0
        let slots = set.map(IDEKeySlots.init) ?? []
        let empty = slots.subtracting(ring?.occupied ?? []).first
        let last = slots.intersection(ring?.occupied ?? []).last
        let used = state.isSecure ? ring?.active.first : nil
        return [empty, used].compactMap { $0 }.map { .keyInstalled($0, by: session) }
            + [empty, ring?.programmed.first, used].compactMap { $0 }.map(IDEStream.Event.go)
            + [last, used, ring?.retiring.first].compactMap { $0 }.flatMap { [.keyInstallFailed($0), .stop($0)] }
            + IDEKeySet.allCases.flatMap { set in IDESubstream.allCases.map { .received($0, set) } }
            + [.keyInstalled(IDEKeySlot(.k0, .receive, .posted), by: nextSession), .enable, .disable]
            + IDEStreamLoss.allCases.map(IDEStream.Event.lost)
    }

    /// Key set 0 is programmed, then used, then the stream is enabled.
    static func straight(_ state: IDEStream) -> IDEStream.Event? {
        guard !state.isSecure else { return nil }
        let first = IDEKeySlots(.k0)
        if let empty = first.subtracting(state.keys?.occupied ?? []).first { return .keyInstalled(empty, by: session) }
        return first.intersection(state.keys?.programmed ?? []).first.map(IDEStream.Event.go) ?? .enable
    }

    static func node(_ state: IDEStream, detail: Bool) -> Graph.Node {
        let name = state.name(detail: detail)
        return Graph.Node(
            id: name, label: name, group: state.isSecure ? "Secure" : "Insecure",
            traffic: traffic(isSecure: state.isSecure),
            dma: state.isSecure ? .privatePages : .none,
            kind: state.isResting ? .resting : .transient)
    }

    static func stimulus(_ event: IDEStream.Event, in state: IDEStream) -> Graph.Stimulus {
        switch event {
        case .keyInstalled(let slot, let session): stimulus(install: slot, by: session, in: state)
        case .keyInstallFailed: .trouble("key not installed")
        case .go: .request("K_SET_GO")
        case .stop: .request("K_SET_STOP")
        case .enable: .request("Enable set")
        case .disable: .request("Enable cleared")
        case .received(let substream, let set):
            state.keys?.active.contains(IDEKeySlot(set, .receive, substream)) == true
                ? .success("TLP under the new key") : .trouble("TLP under a key not in use")
        case .lost(let loss): .trouble(loss.rawValue)
        }
    }

    private static func stimulus(
        install slot: IDEKeySlot, by session: SessionID, in state: IDEStream
    ) -> Graph.Stimulus {
        guard state.keys.map({ $0.session == session }) ?? true else { return .trouble("key of another session") }
        return state.mayProgram(slot) ? .request("key installed") : .trouble("key overwritten")
    }

    private static func traffic(isSecure: Bool) -> String {
        isSecure ? "Secure: T=1 passes" : "Insecure: T=1 does not pass"
    }
}

extension IDEStream {
    fileprivate var isEnabled: Bool {
        switch self {
        case .insecure(let state): state.isEnabled
        case .secure: true
        }
    }

    /// Whether no keys are being exchanged.
    fileprivate var isResting: Bool {
        switch self {
        case .insecure(let state): state.keys == nil
        case .secure(let state): !state.isRefreshing
        }
    }

    fileprivate func name(detail: Bool) -> String {
        switch self {
        case .insecure(let state):
            detail ? "\(state.progress), \(state.isEnabled ? "enabled" : "disabled")" : state.progress
        case .secure(let state): state.progress(detail: detail)
        }
    }
}

extension IDEStream.Insecure {
    /// How far the keys are.
    fileprivate var progress: String {
        guard let keys else { return "no keys" }
        return keys.isActive ? "keys in use" : keys.isKeyed ? "keyed" : "being keyed"
    }
}

extension IDEStream.Secure {
    fileprivate var isRefreshing: Bool { !keys.programmed.isEmpty || !keys.retiring.isEmpty }

    /// How far a refresh is.
    fileprivate func progress(detail: Bool) -> String {
        guard isRefreshing else { return "secure" }
        guard detail else { return "refreshing" }
        return keys.retiring.isEmpty
            ? "refreshing: next keys programmed"
            : keys.programmed.isEmpty ? "refreshing: old keys retiring" : "refreshing: switching keys"
    }
}

extension IDEKeySlots {
    /// The last slot, in the order in which ``first`` is the first.
    fileprivate var last: IDEKeySlot? {
        var rest = self
        var last: IDEKeySlot?
        while let slot = rest.first {
            last = slot
            rest = rest.withoutFirst
        }
        return last
    }
}

extension IDEStream.Effect {
    fileprivate var issued: Issued? {
        switch self {
        case .none, .refuse: nil
        case .activate(_, becomesSecure: false): .word("use key")
        case .activate(_, becomesSecure: true): .word("use key, show Secure")
        case .secure: .word("show Secure")
        case .erase: .word("erase keys")
        case .fail: .word("drop all keys")
        }
    }
}

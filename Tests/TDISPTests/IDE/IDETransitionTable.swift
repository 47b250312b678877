import TDISP
import Testing

/// A transition table in text: one line per event, `event | effect | next state`, where `=` is the state it was in.
///
/// The text makes a whole machine readable at a glance; the tests compare it cell by cell with what the machine does.
struct IDETransitionTable {
    struct Cell: Equatable, CustomStringConvertible {
        var effect: String
        var next: String
        var description: String { "\(effect) | \(next)" }
    }

    let cells: [String: Cell]
    let lineCount: Int

    init(_ text: String) {
        let rows = text.split(separator: "\n").map { line in
            line.split(separator: "|").map { column in
                String(column.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
        lineCount = rows.count
        cells = Dictionary(
            rows.filter { $0.count == 3 }.map { ($0[0], Cell(effect: $0[1], next: $0[2])) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Checks that the table has one well-formed line for each event, and no other.
    func expectComplete(_ events: [String]) {
        #expect(Set(cells.keys) == Set(events))
        #expect(lineCount == events.count)
    }

    /// Checks that the table has well-formed lines, one for an event at most; an event without a line changes nothing.
    func expectKnown(_ events: [String]) {
        #expect(Set(cells.keys).isSubset(of: events))
        #expect(lineCount == cells.count)
    }

    /// Checks one cell; `next` is the text of the next state and `same` whether it equals the one before.
    func expect(_ event: String, effect: String, next: String, same: Bool) {
        let expected = cells[event] ?? Cell(effect: "-", next: "=")
        #expect(expected == Cell(effect: effect, next: same ? "=" : next), "\(event)")
    }
}

/// The words of the tables.
enum IDEText {
    static func slot(_ slot: IDEKeySlot) -> String {
        let direction = slot.direction == .receive ? "rx" : "tx"
        let substream =
            switch slot.substream {
            case .posted: "pr"
            case .nonPosted: "npr"
            case .completion: "cpl"
            }
        return "\(slot.keySet).\(direction).\(substream)"
    }

    /// Key by key set: `k0` all six, `k0.rx` three, `k0-rx.pr` all but one, else each slot.
    static func slots(_ slots: IDEKeySlots) -> String {
        if slots.isEmpty { return "none" }
        return IDEKeySet.allCases.compactMap { keySet in
            let all = IDEKeySlots(keySet)
            let present = slots.intersection(all)
            if present.isEmpty { return nil }
            if present == all { return "\(keySet)" }
            if present == all.intersection(IDEKeySlots(.receive)) { return "\(keySet).rx" }
            if present == all.intersection(IDEKeySlots(.transmit)) { return "\(keySet).tx" }
            let missing = all.subtracting(present)
            if let only = missing.first, missing.withoutFirst.isEmpty {
                return "\(keySet)-" + slot(only).dropFirst(3)
            }
            return IDEFixture.allSlots.filter { present.contains($0) }.map(slot).joined(separator: "+")
        }.joined(separator: "+")
    }

    static func stream(_ stream: IDEStream) -> String {
        var words: [String] = []
        switch stream {
        case .insecure(let state):
            words = [state.isEnabled ? "enabled" : "disabled"]
            if let loss = state.loss { words.append("lost(\(loss))") }
        case .secure: words = ["secure"]
        }
        guard let keys = stream.keys else { return words.joined(separator: " ") }
        for (name, slots) in [("p", keys.programmed), ("a", keys.active), ("r", keys.retiring)] where !slots.isEmpty {
            words.append("\(name):\(self.slots(slots))")
        }
        if keys.session != IDEFixture.sessionA { words.append("by B") }
        return words.joined(separator: " ")
    }

    static func effect(_ effect: IDEStream.Effect) -> String {
        switch effect {
        case .none: "-"
        case .activate(let slot, let becomesSecure): "activate \(self.slot(slot))\(becomesSecure ? " secure" : "")"
        case .secure: "secure"
        case .erase(let slots): "erase \(self.slots(slots))"
        case .fail(let loss): "fail \(loss)"
        case .refuse: "refuse"
        }
    }
}

extension IDEText {
    static func responder(_ state: IDEResponder.State) -> String {
        var words: [String] = []
        switch state {
        case .idle: words = ["idle"]
        case .installing(let installing): words = ["installing \(slot(installing.slot)) \(installing.fate)"]
        }
        let sessions = state.ports.sessions.map { $0 == IDEFixture.sessionA ? "A" : "B" }.joined(separator: "+")
        let streams = state.ports.streams.keys.sorted().map { key in
            "\(key.portIndex)/\(key.streamID): \(stream(state.ports.streams[key] ?? .initial))"
        }
        return (words + [sessions.isEmpty ? "free" : sessions] + streams).joined(separator: ", ")
    }

    static func change(_ change: IDEStreamChange) -> String {
        "\(change.stream.portIndex)/\(change.stream.streamID) \(effect(change.effect))"
    }

    static func effect(_ effect: IDEResponder.Effect) -> String {
        switch effect {
        case .none: "-"
        case .answerQuery(let port): "answer query \(port)"
        case .install(let key, let slot): "install \(key.portIndex)/\(key.streamID) \(self.slot(slot))"
        case .reply(.keyProgramAck(let ack), nil): "ack \(ack.status.rawValue)"
        case .reply(.keyProgramAck(let ack), let change?): "\(self.change(change)), ack \(ack.status.rawValue)"
        case .reply(.goStopAck, nil): "ack"
        case .reply(.goStopAck, let change?): "\(self.change(change)), ack"
        case .reply(.queryResponse, _): "query response"
        case .apply(let changes): changes.map(change).joined(separator: "; ")
        case .refuse(let refusal): "refuse \(refusal)"
        case .discard: "discard"
        }
    }
}

extension IDEText {
    static func failure(_ failure: IDERequester.Failure?) -> String {
        switch failure {
        case nil: "stopped"
        case .keyRefused(let status): "key refused \(status.rawValue)"
        case let failure?: "\(failure)"
        }
    }

    static func report(_ report: IDERequester.Report) -> String {
        switch report {
        case .secure(let keySet): "secure \(keySet)"
        case .refreshFailed(let failure): "refresh failed, \(self.failure(failure))"
        case .closed(let closed): "closed, \(failure(closed.failure))\(closed.isConfirmed ? "" : ", unconfirmed")"
        }
    }

    static func action(_ action: IDERequester.HostAction) -> String {
        switch action {
        case .program(let slot): "program root port \(self.slot(slot))"
        case .activate(let slots): "activate root port \(self.slots(slots))"
        case .enable: "enable"
        case .disable: "disable"
        case .erase(let slots): "erase root port \(self.slots(slots))"
        }
    }

    static func effect(_ effect: IDERequester.Effect) -> String {
        func name(_ field: IDEKM.KeySubStream) -> String { field.slot.map(slot) ?? "none" }
        return switch effect {
        case .none: "-"
        case .query(let query): "query \(query.portIndex)"
        case .obtainKey(let slot): "obtain \(self.slot(slot))"
        case .programDevice(let fields): "program \(name(fields.keySubStream))"
        case .activateDevice(let fields): "go \(name(fields.keySubStream))"
        case .stopDevice(let fields): "stop \(name(fields.keySubStream))"
        case .host(let action): self.action(action)
        case .readStatus: "read status"
        case .report(let report): self.report(report)
        case .refuse: "refuse"
        }
    }

    static func requester(_ state: IDERequester.State) -> String {
        func closing(_ closing: IDERequester.Closing) -> String {
            "\(failure(closing.failure))\(closing.sessionAlive ? "" : " sessionless")"
                + (closing.isConfirmed ? "" : " unconfirmed")
        }
        let rest: String =
            switch state {
            case .idle: ""
            case .querying(let state): "retries \(state.retriesLeft)"
            case .obtainingKey(let state), .programmingDevice(let state), .programmingRootPort(let state):
                "\(slot(state.slot)) retries \(state.retriesLeft)"
            case .activatingDevice(let state), .activatingRootPort(let state):
                "\(slots(state.slots)) retries \(state.retriesLeft)"
            case .enabling, .confirming: ""
            case .secure(let state): "\(state.keySet), keys in \(slots(state.slots))"
            case .disabling(let state):
                "\(closing(state.closing)), keys in \(slots(state.closing.slots)) retries \(state.retriesLeft)"
            case .stoppingDevice(let state), .stoppingRootPort(let state):
                "\(closing(state.closing)), \(slots(state.slots)) retries \(state.retriesLeft)"
            case .closed(let state): "\(failure(state.failure))\(state.isConfirmed ? "" : " unconfirmed")"
            }
        return rest.isEmpty ? state.name.rawValue : "\(state.name.rawValue) \(rest)"
    }
}

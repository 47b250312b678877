import Assignment

/// The connection of a DSM as it is drawn.
enum ConnectionDrawing: DrawableMachine {
    static let title = "Connection machine: one per DSM"
    static let initial = ConnectionState.initial
    static let legend = [
        Graph.Legend(dma: .privatePages, text: Self.traffic(isSecure: true)),
        Graph.Legend(dma: .none, text: Self.traffic(isSecure: false)),
    ]

    /// All that decides what follows. The generation only grows, and why a connection was lost is only remembered.
    enum Key: Hashable {
        case none, connected, lost
        case connecting(Connecting.Purpose)
        case refreshing(takesAlong: Bool)
        case disconnecting(Disconnecting.Next, attempts: UInt8)
    }

    static func key(_ state: ConnectionState) -> Key {
        switch state {
        case .none: .none
        case .connecting(let now): .connecting(now.purpose)
        case .connected: .connected
        case .refreshing(let now): .refreshing(takesAlong: now.lockedTDIs > 0)
        case .disconnecting(let now): .disconnecting(now.next, attempts: now.attempts)
        case .lost: .lost
        }
    }

    static func step(_ state: ConnectionState, _ event: ConnectionEvent) -> Reaction<ConnectionState> {
        let transition = ConnectionMachine.step(state, event)
        return Reaction(next: transition.state, effect: transition.effect.issued)
    }

    static func alphabet(in state: ConnectionState) -> [ConnectionEvent] {
        let outcomes: [Outcome] = [.succeeded, .failed(.deviceRefused), .unknown]
        return [
            .require, .rekey(lockedTDIs: 0), .rekey(lockedTDIs: 1), .disconnect(lockedTDIs: 0, force: false),
            .disconnect(lockedTDIs: 1, force: false), .disconnect(lockedTDIs: 1, force: true),
        ] + ConnectionEffectName.allCases.flatMap { name in outcomes.map { .finished(name, $0) } }
            + ConnectionLoss.allCases.map(ConnectionEvent.lost) + [.restarted(alive: true), .restarted(alive: false)]
    }

    /// A TDI asks for it, and gets it.
    static func straight(_ state: ConnectionState) -> ConnectionEvent? {
        switch state.name {
        case .none: .require
        case .connecting: .finished(.connect, .succeeded)
        case .connected, .refreshing, .disconnecting, .lost: nil
        }
    }

    static func node(_ state: ConnectionState, detail: Bool) -> Graph.Node {
        let name = state.name.rawValue
        let full = detail ? state.purpose.map { "\(name): \($0)" } ?? name : name
        return Graph.Node(
            id: full, label: full, group: name,
            traffic: traffic(isSecure: state.isSecure), dma: state.isSecure ? .privatePages : .none, kind: state.kind)
    }

    static func stimulus(_ event: ConnectionEvent, in state: ConnectionState) -> Graph.Stimulus {
        switch event {
        case .require: .request("require")
        case .rekey: .request("rekey")
        case .disconnect(_, force: false): .request("disconnect")
        case .disconnect(_, force: true): .request("disconnect by force")
        case .finished(let name, .succeeded): .success("\(name.rawValue) done")
        case .finished(let name, .failed): .trouble("\(name.rawValue) failed")
        case .finished(let name, .unknown): .trouble("\(name.rawValue) outcome unknown")
        case .lost(let loss): .trouble(loss.rawValue)
        case .restarted(alive: true): .trouble("restarted, alive")
        case .restarted(alive: false): .trouble("restarted, not alive")
        }
    }

    private static func traffic(isSecure: Bool) -> String {
        isSecure ? "stream Secure: T=1 can pass" : "T=1 cannot pass"
    }
}

extension ConnectionState {
    /// Whether the stream is known to be Secure.
    fileprivate var isSecure: Bool {
        switch self {
        case .connected, .refreshing: true
        case .none, .connecting, .disconnecting, .lost: false
        }
    }

    fileprivate var kind: Graph.Kind {
        switch self {
        case .none, .connected: .resting
        case .connecting, .refreshing, .disconnecting: .transient
        case .lost: .error
        }
    }

    /// What tells the states of one name apart.
    fileprivate var purpose: String? {
        switch self {
        case .connecting(let now): now.purpose.rawValue
        case .refreshing(let now): now.lockedTDIs > 0 ? "TDIs locked" : "no TDI locked"
        case .disconnecting(let now): "then \(now.next.words)"
        case .none, .connected, .lost: nil
        }
    }
}

extension Disconnecting.Next {
    fileprivate var words: String {
        switch self {
        case .rest: "rest"
        case .connect: "connect"
        case .connectForRekey: "connect for new keys"
        }
    }
}

extension ConnectionEffect {
    fileprivate var issued: Issued? {
        switch self {
        case .none, .refuse: nil
        case .connect, .refreshKeys, .disconnect: .work(name.rawValue)
        case .announce(let news): .word("announce \(news.word)")
        }
    }
}

extension ConnectionNews {
    fileprivate var word: String {
        switch self {
        case .ready: "ready"
        case .rekeyed: "rekeyed"
        case .unavailable: "unavailable"
        case .rekeyFailed: "rekey failed"
        case .lost: "lost"
        case .ended: "ended"
        }
    }
}

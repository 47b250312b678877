import Assignment

/// Every state of the connection machine that the tables have a row for. The raw value's last word is the state's
/// label; `locked` means that siblings are locked, `last` that this is the last attempt.
enum ConnectionSituation: String, CaseIterable {
    case none, connected, refreshing, lost
    case connectingReady = "connecting.ready"
    case connectingRekey = "connecting.rekey"
    case lockedRefreshing = "locked refreshing"
    case disconnectingRest = "ending.rest"
    case disconnectingConnect = "ending.connect"
    case disconnectingRekey = "ending.rekey"
    case lastDisconnectingRest = "last ending.rest"
    case lastDisconnectingConnect = "last ending.connect"
    case lastDisconnectingRekey = "last ending.rekey"

    /// The state, reached by public events alone.
    var state: ConnectionState {
        let connected: [ConnectionEvent] = [.require, .finished(.connect, .succeeded)]
        let retries = Array(repeating: ConnectionEvent.finished(.disconnect, .unknown), count: 2)
        return switch self {
        case .none: after([])
        case .connectingReady: after([.require])
        case .connectingRekey:
            after(connected + [.lost(.sessionLost), .rekey(lockedTDIs: 0), .finished(.disconnect, .succeeded)])
        case .connected: after(connected)
        case .refreshing: after(connected + [.rekey(lockedTDIs: 0)])
        case .lockedRefreshing: after(connected + [.rekey(lockedTDIs: 2)])
        case .lost: after(connected + [.lost(.sessionLost)])
        case .disconnectingRest: after(connected + [.disconnect(lockedTDIs: 0, force: false)])
        case .disconnectingConnect: after(connected + [.lost(.sessionLost), .require])
        case .disconnectingRekey: after(connected + [.lost(.sessionLost), .rekey(lockedTDIs: 0)])
        case .lastDisconnectingRest: after(connected + [.disconnect(lockedTDIs: 0, force: false)] + retries)
        case .lastDisconnectingConnect: after(connected + [.lost(.sessionLost), .require] + retries)
        case .lastDisconnectingRekey: after(connected + [.lost(.sessionLost), .rekey(lockedTDIs: 0)] + retries)
        }
    }

    private func after(_ events: [ConnectionEvent]) -> ConnectionState {
        events.reduce(.initial) { ConnectionMachine.step($0, $1).state }
    }

    var label: String { rawValue.split(separator: " ").last.map(String.init) ?? rawValue }
}

extension ConnectionState {
    var label: String {
        switch self {
        case .connecting(let now): "connecting.\(now.purpose.rawValue)"
        case .disconnecting(let now):
            switch now.next {
            case .rest: "ending.rest"
            case .connect: "ending.connect"
            case .connectForRekey: "ending.rekey"
            }
        case .none, .connected, .refreshing, .lost: name.rawValue
        }
    }

    /// The effect whose outcome this state waits for.
    var awaited: ConnectionEffectName {
        switch self {
        case .connecting: .connect
        case .refreshing: .refreshKeys
        case .disconnecting: .disconnect
        case .none, .connected, .lost: .none
        }
    }
}

extension ConnectionEffect {
    var label: String {
        switch self {
        case .none: ""
        case .connect, .refreshKeys, .disconnect: name.rawValue
        case .refuse(let refusal): "!" + (refusal == Refusal(.busy) ? "busy" : refusal == Self.inUse ? "used" : "?")
        case .announce(let news):
            switch news {
            case .ready: "ready"
            case .rekeyed: "rekeyed"
            case .unavailable: "unavailable"
            case .rekeyFailed: "no-keys"
            case .lost: "lost"
            case .ended: "ended"
            }
        }
    }

    private static let inUse = Refusal(.connectionInUse, rule: .oneOwner)
}

internal import Assignment
internal import Emulator
internal import StrictYAML
internal import TDISP

// Faults: `{message: LOCK_INTERFACE, drop: response}`, `{effect: accept, unknown: done}`.

extension ScenarioReader {
    /// A fault at a message or at an effect.
    func fault(_ node: YAMLNode) throws(YAMLError) -> InjectedFault {
        try node.mapping { map throws(YAMLError) in
            let place = try map.one(of: ["message", "effect"])
            let occurrence = try map.optional("occurrence")?.integer(Int.self, in: 1...1000) ?? 1
            let of = map.optional("of")
            if place.name == "message" {
                let device = try of.map { node throws(YAMLError) in try places.device(node) }
                return .message(
                    MessageFault(
                        try place.value.choice(), occurrence: occurrence, of: device, try messageAction(&map)))
            }
            let function = try of.map { node throws(YAMLError) in try places.function(node).function }
            return .effect(
                EffectFault(
                    try platformEffect(place.value).name, occurrence: occurrence, of: function,
                    try effectAction(&map)))
        }
    }

    private func messageAction(_ map: inout YAMLMapping) throws(YAMLError) -> MessageFault.Action {
        let entry = try map.one(of: MessageFault.Action.words)
        let node = entry.value
        return switch entry.name {
        case "drop": try node.choice(Side.self) == .request ? .dropRequest : .dropResponse
        case "corrupt-request": .corruptRequest(at: try node.integer(Int.self, in: 0...65535))
        case "corrupt-response": .corruptResponse(at: try node.integer(Int.self, in: 0...65535))
        case "duplicate": try node.choice(Side.self) == .request ? .duplicateRequest : .duplicateResponse
        case "delay": .delay(try node.nanoseconds())
        case "busy": .busy(try node.integer(Int.self, in: 1...1000))
        case "refuse": .refuse(TDISPErrorCode.named[try node.choice(among: TDISPErrorCode.named.map(\.description))])
        default: .event(try event(node))
        }
    }

    private func effectAction(_ map: inout YAMLMapping) throws(YAMLError) -> EffectFault.Action {
        let entry = try map.one(of: EffectFault.Action.words)
        let node = entry.value
        return switch entry.name {
        case "fail": .fail(FailureReason.allCases[try node.choice(among: FailureReason.allCases.map(\.word))])
        case "unknown": try node.choice(Truth.self) == .done ? .unknownDone : .unknownNotDone
        default: .event(try event(node))
        }
    }
}

/// Which message of an exchange is lost.
private enum Side: String, CaseIterable {
    case request, response
}

/// What became of an effect whose outcome nobody knows.
private enum Truth: String, CaseIterable {
    case done
    case notDone = "not-done"
}

extension MessageFault.Action {
    fileprivate static let words = [
        "drop", "corrupt-request", "corrupt-response", "duplicate", "delay", "busy", "refuse", "event",
    ]
}

extension EffectFault.Action {
    /// Crashes are not here: it is the manager that dies, and the step says so (``Interruption``).
    fileprivate static let words = ["fail", "unknown", "event"]
}

extension TDISPErrorCode {
    fileprivate static let named: [TDISPErrorCode] = [
        .invalidRequest, .busy, .invalidInterfaceState, .unspecified, .unsupportedRequest, .versionMismatch,
        .vendorSpecific, .invalidInterface, .invalidNonce, .insufficientEntropy, .invalidDeviceConfiguration,
    ]
}

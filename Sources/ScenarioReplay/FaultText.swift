public import Emulator
public import StrictYAML

/// Faults as people write them, outside of scenarios.
public enum FaultText {
    /// Reads an event (`{link-down: 0000:3b:00.0}`) or a fault (`{message: LOCK_INTERFACE, drop: response}`), spelled as in a
    /// scenario, on a topology.
    ///
    /// Throws ``YAMLError`` with line and column in `text`.
    public static func parse(_ text: String, on topology: Topology) throws(YAMLError) -> InjectedFault {
        let node = try YAMLNode(parsing: text, file: "fault")
        let reader = ScenarioReader(places: Places(topology))
        let isFault = try node.entries().contains { $0.name == "message" || $0.name == "effect" }
        return isFault ? try reader.fault(node) : .event(try reader.event(node))
    }

    /// What waits for what, or what happened, one clause: `the next LOCK_INTERFACE of any device: response lost`.
    public static func words(of fault: InjectedFault) -> String {
        switch fault {
        case .message(let fault):
            "\(nth(fault.occurrence)) \(fault.message.rawValue) of \(fault.device.map { "\($0)" } ?? "any device"): "
                + words(of: fault.action)
        case .effect(let fault):
            "\(nth(fault.occurrence)) \(PlatformEffect(name: fault.effect).word) of "
                + "\(fault.function.map { "\($0)" } ?? "any function"): \(words(of: fault.action))"
        case .event(let event): event.name.word
        }
    }

    private static func nth(_ occurrence: Int) -> String {
        switch (occurrence, occurrence % 10, occurrence % 100) {
        case (1, _, _): "the next"
        case (_, 1, let tens) where tens != 11: "the \(occurrence)st"
        case (_, 2, let tens) where tens != 12: "the \(occurrence)nd"
        case (_, 3, let tens) where tens != 13: "the \(occurrence)rd"
        default: "the \(occurrence)th"
        }
    }

    private static func words(of action: MessageFault.Action) -> String {
        if case .event(let event) = action { "\(event.name.word) before it arrives" } else { action.summary }
    }

    private static func words(of action: EffectFault.Action) -> String {
        switch action {
        case .fail(let reason): "fails with \(reason.word)"
        case .unknownNotDone: "is not carried out, and nobody knows"
        case .unknownDone: "is carried out, and nobody knows"
        case .crashBefore: "the host's process ends before it"
        case .crashAfter: "the host's process ends after it"
        case .event(let event): "\(event.name.word) before it"
        }
    }
}

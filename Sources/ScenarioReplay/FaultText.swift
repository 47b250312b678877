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
}

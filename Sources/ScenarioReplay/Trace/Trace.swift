public import Assignment
public import PCIe

/// What happened in a replay: every step of the engine and of the connections, in order.
///
/// It holds no random and no signed bytes, so the same scenario always gives the same trace.
public struct Trace: Hashable, Sendable, Codable {
    /// The entries, in order.
    public var entries: [TraceEntry]

    /// Creates a trace.
    public init(entries: [TraceEntry] = []) { self.entries = entries }
}

/// One step of one machine.
public struct TraceEntry: Hashable, Sendable, Codable {
    /// The scenario's step that it belongs to, from 1.
    public let step: Int
    /// Nanoseconds of virtual time.
    public let time: UInt64
    /// The function; for a connection, function 0 of the device.
    public let device: FunctionAddress
    /// What happened.
    public let kind: Kind

    /// What happened.
    public enum Kind: Hashable, Sendable, Codable {
        /// A step of an assignment.
        case engine(EngineStep)
        /// A step of a connection: the event, the state it led to, and the effect.
        case connection(ConnectionEvent, ConnectionState.Name, generation: UInt32, ConnectionEffectName)
    }
}

/// A step of an assignment, as it can be watched from outside.
public struct EngineStep: Hashable, Sendable, Codable {
    /// What happened.
    public enum What: Hashable, Sendable, Codable {
        /// The effect starts.
        case started(EffectName)
        /// The effect ended.
        case ended(EffectName, Outcome)
        /// Something was noticed.
        case noticed(Observation)
        /// A sign of trouble was weighed; what all of them weigh, and where that stands.
        case signalled(SignalKind, Signal.Source, points: UInt16, standing: String)
        /// The device rests.
        case resting
    }

    /// What happened.
    public var what: What
    /// The phase before it.
    public var before: Phase
    /// The phase after it.
    public var phase: Phase
    /// The domain that the device belongs to, or is on its way to or from.
    public var domain: DomainID?
    /// The last lock epoch.
    public var epoch: LockEpoch
    /// Whether new stream keys are owed before the owner may change.
    public var rekeyOwed: Bool
    /// Why the engine left the straight path, while it is on the way back.
    public var cause: FailureCause?
}

extension Trace: CustomStringConvertible {
    /// One line for each entry, under a line for each step of the scenario.
    public var description: String {
        var lines: [String] = []
        var step = 0
        for entry in entries {
            if entry.step != step { lines.append("step \(entry.step)") }
            step = entry.step
            lines.append("  \(entry)")
        }
        return lines.joined(separator: "\n")
    }
}

extension TraceEntry: CustomStringConvertible {
    /// One line, for example `0000:3b:00.0 locking: lock succeeded -> locked`.
    public var description: String {
        switch kind {
        case .engine(let step): "\(device) \(step)"
        case .connection(_, let state, let generation, let effect):
            "\(device) connection \(generation): \(state.rawValue)\(effect == .none ? "" : ", \(effect.rawValue)")"
        }
    }
}

extension EngineStep: CustomStringConvertible {
    /// For example `locking: lock succeeded -> locked`.
    public var description: String {
        let place = before == phase ? "\(phase.rawValue)" : "\(before.rawValue) -> \(phase.rawValue)"
        return switch what {
        case .started(let effect): "\(place): \(effect.rawValue)"
        case .ended(let effect, let outcome): "\(place): \(effect.rawValue) \(outcome.phrase)"
        case .noticed(let observation): "\(place): noticed \(observation.word)"
        case .signalled(let kind, let source, let points, let standing):
            "\(place): signal \(kind.rawValue) at \(source.rawValue), \(points) points, \(standing)"
        case .resting: "\(place): rests"
        }
    }
}

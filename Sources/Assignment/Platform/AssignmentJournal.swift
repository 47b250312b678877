public import PCIe

/// Where steps are committed. One step is one commit: what was taken in closes the effect before, and the state that it
/// led to names the effect that starts now. So a state whose effect is pending *is* an intent without an outcome.
///
/// The calls are synchronous on purpose: an owner steps its machine and commits the step without giving up its turn.
public protocol AssignmentJournal: Sendable {
    /// Everything recorded: what the manager finds when it starts.
    func load() throws(JournalFailure) -> JournalContents

    /// Commits one step of an assignment. When it throws, nothing was written.
    func record(_ step: AssignmentStep) throws(JournalFailure)

    /// Commits one step of a connection. When it throws, nothing was written.
    func record(_ step: ConnectionStep) throws(JournalFailure)

    /// Commits what has been noticed about a function. Nothing ever waits for this, and when it throws, nothing was written.
    func record(_ suspicion: SuspicionRecord) throws(JournalFailure)
}

/// The journal cannot be read or written.
public struct JournalFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do, one line.
    public let message: String
    /// Creates a failure.
    public init(_ message: String) { self.message = message }
    /// The message.
    public var description: String { message }
}

/// What was recorded. It is not confirmed: the device may be elsewhere by now.
public struct JournalContents: Hashable, Sendable {
    /// The recorded state of each function.
    public var assignments: [FunctionAddress: AssignmentState]
    /// The recorded state of each DSM's connection.
    public var connections: [FunctionAddress: ConnectionState]
    /// What had been noticed about functions that have not proven themselves since.
    public var suspicions: [FunctionAddress: Suspicion]

    /// Creates contents; a new journal has none.
    public init(
        assignments: [FunctionAddress: AssignmentState] = [:], connections: [FunctionAddress: ConnectionState] = [:],
        suspicions: [FunctionAddress: Suspicion] = [:]
    ) {
        self.assignments = assignments
        self.connections = connections
        self.suspicions = suspicions
    }
}

extension JournalContents {
    /// The recorded state of a function; one that was never assigned has the initial one.
    public func state(of function: FunctionAddress) -> AssignmentState { assignments[function] ?? .initial }
}

/// What has been noticed about one function, as it is committed.
public struct SuspicionRecord: Hashable, Sendable, Codable {
    /// The function.
    public let device: FunctionAddress
    /// What was noticed; ``Suspicion/isEmpty`` once the function has proven itself.
    public let suspicion: Suspicion
    /// Nanoseconds since 1970-01-01 UTC, or virtual time.
    public let time: UInt64

    /// Creates a record.
    public init(device: FunctionAddress, suspicion: Suspicion, time: UInt64) {
        self.device = device
        self.suspicion = suspicion
        self.time = time
    }
}

/// One step of an assignment, as it is committed.
public struct AssignmentStep: Hashable, Sendable, Codable {
    /// The function.
    public let device: FunctionAddress
    /// What went in.
    public let event: AssignmentEvent
    /// The state it led to.
    public let state: AssignmentState
    /// The one effect that starts now.
    public let effect: AssignmentEffect
    /// The platform's words about the effect that ended, if one did.
    public let detail: String
    /// Nanoseconds since 1970-01-01 UTC, or virtual time.
    public let time: UInt64

    /// Creates a step.
    public init(
        device: FunctionAddress, event: AssignmentEvent, state: AssignmentState, effect: AssignmentEffect,
        detail: String,
        time: UInt64
    ) {
        self.device = device
        self.event = event
        self.state = state
        self.effect = effect
        self.detail = detail
        self.time = time
    }
}

/// One step of a connection, as it is committed.
public struct ConnectionStep: Hashable, Sendable, Codable {
    /// The function that hosts the DSM.
    public let dsm: FunctionAddress
    /// What went in.
    public let event: ConnectionEvent
    /// The state it led to.
    public let state: ConnectionState
    /// The one effect that starts now.
    public let effect: ConnectionEffect
    /// The platform's words about the effect that ended, if one did.
    public let detail: String
    /// Nanoseconds since 1970-01-01 UTC, or virtual time.
    public let time: UInt64

    /// Creates a step.
    public init(
        dsm: FunctionAddress, event: ConnectionEvent, state: ConnectionState, effect: ConnectionEffect, detail: String,
        time: UInt64
    ) {
        self.dsm = dsm
        self.event = event
        self.state = state
        self.effect = effect
        self.detail = detail
        self.time = time
    }
}

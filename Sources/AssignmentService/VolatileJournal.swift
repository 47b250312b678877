public import Assignment
import PCIe
import Synchronization

/// A journal in memory, for replays and tests. It keeps every step, in order.
public final class VolatileJournal: AssignmentJournal {
    private let steps = Mutex<(assignments: [AssignmentStep], connections: [ConnectionStep])>(([], []))
    private let records = Mutex<[FunctionAddress: Suspicion]>([:])

    /// Creates an empty journal.
    public init() {}

    /// Every step of every assignment, in order.
    public var assignmentSteps: [AssignmentStep] { steps.withLock { $0.assignments } }
    /// Every step of every connection, in order.
    public var connectionSteps: [ConnectionStep] { steps.withLock { $0.connections } }

    /// What the last step of each left.
    public func load() throws(JournalFailure) -> JournalContents {
        steps.withLock { steps in
            var contents = JournalContents()
            for step in steps.assignments { contents.assignments[step.device] = step.state }
            for step in steps.connections { contents.connections[step.dsm] = step.state }
            contents.suspicions = records.withLock { $0.filter { !$0.value.isEmpty } }
            return contents
        }
    }

    /// Keeps a step.
    public func record(_ step: AssignmentStep) throws(JournalFailure) {
        steps.withLock { $0.assignments.append(step) }
    }

    /// Keeps a step.
    public func record(_ step: ConnectionStep) throws(JournalFailure) {
        steps.withLock { $0.connections.append(step) }
    }

    /// Keeps what was noticed last.
    public func record(_ suspicion: SuspicionRecord) throws(JournalFailure) {
        records.withLock { $0[suspicion.device] = suspicion.suspicion }
    }
}

import Assignment
import AssignmentService
import Synchronization

/// A journal in memory that notes what is committed, and cannot be written while the test says so.
final class ScriptedJournal: AssignmentJournal {
    /// Which steps cannot be written.
    struct Trouble: Sendable {
        var assignment: @Sendable (AssignmentStep) -> Bool = { _ in false }
        var connection: @Sendable (ConnectionStep) -> Bool = { _ in false }
        var suspicions = false

        static let none = Trouble()
        static let everything = Trouble(assignment: { _ in true }, connection: { _ in true }, suspicions: true)

        /// No step that starts this effect.
        static func starting(_ effect: EffectName) -> Trouble { Trouble(assignment: { $0.effect.name == effect }) }

        /// No step of a connection that starts this effect.
        static func starting(_ effect: ConnectionEffectName) -> Trouble {
            Trouble(connection: { $0.effect.name == effect })
        }
    }

    static let failure = JournalFailure("no space left on device")

    let volatile: VolatileJournal
    private let chronicle: Chronicle
    private let trouble = Mutex(Trouble.none)

    init(_ chronicle: Chronicle, over volatile: VolatileJournal = VolatileJournal()) {
        self.chronicle = chronicle
        self.volatile = volatile
    }

    /// From now on these steps cannot be written.
    func fail(_ trouble: Trouble) { self.trouble.withLock { $0 = trouble } }

    func load() throws(JournalFailure) -> JournalContents { try volatile.load() }

    func record(_ step: AssignmentStep) throws(JournalFailure) {
        if trouble.withLock({ $0 }).assignment(step) { throw Self.failure }
        chronicle.add(.recorded(step.effect.name, step.device))
        try volatile.record(step)
    }

    func record(_ step: ConnectionStep) throws(JournalFailure) {
        if trouble.withLock({ $0 }).connection(step) { throw Self.failure }
        chronicle.add(.recordedConnection(step.effect.name))
        try volatile.record(step)
    }

    func record(_ suspicion: SuspicionRecord) throws(JournalFailure) {
        if trouble.withLock({ $0 }).suspicions { throw Self.failure }
        chronicle.add(.recordedSuspicion(suspicion.device))
        try volatile.record(suspicion)
    }
}

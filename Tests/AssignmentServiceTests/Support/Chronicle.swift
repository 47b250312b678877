import Assignment
import PCIe
import Synchronization

/// What reached the platform and the journal, in order.
final class Chronicle: Sendable {
    enum Entry: Hashable {
        /// An effect began to be carried out.
        case performed(EffectName, FunctionAddress)
        /// An effect on the connection began to be carried out.
        case connection(ConnectionEffectName)
        /// A step of an assignment was committed; the effect that it starts.
        case recorded(EffectName, FunctionAddress)
        /// A step of a connection was committed; the effect that it starts.
        case recordedConnection(ConnectionEffectName)
        /// What was noticed about a function was committed.
        case recordedSuspicion(FunctionAddress)
        case published(DomainBinding)
        /// Something was told about a function.
        case told(FunctionAddress)
    }

    private let list = Mutex<[Entry]>([])

    func add(_ entry: Entry) { list.withLock { $0.append(entry) } }

    /// Everything so far.
    var entries: [Entry] { list.withLock { $0 } }

    /// What the platform was asked to do, and on which function.
    var performed: [Entry] {
        entries.filter { entry in
            switch entry {
            case .performed, .connection: true
            case .recorded, .recordedConnection, .recordedSuspicion, .published, .told: false
            }
        }
    }

    /// The effects that were begun on one function.
    func effects(on tdi: FunctionAddress) -> [EffectName] {
        entries.compactMap { if case .performed(let name, tdi) = $0 { name } else { nil } }
    }

    /// The effects that were begun on the connection.
    var connectionEffects: [ConnectionEffectName] {
        entries.compactMap { if case .connection(let name) = $0 { name } else { nil } }
    }

    var bindings: [DomainBinding] {
        entries.compactMap { if case .published(let binding) = $0 { binding } else { nil } }
    }

    func forget() { list.withLock { $0 = [] } }
}

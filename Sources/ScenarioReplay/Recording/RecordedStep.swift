public import Assignment
internal import Emulator
internal import PCIe
internal import TDISP

/// A step of a real run, as its journal has it.
public enum RecordedStep: Hashable, Sendable {
    /// Of an assignment.
    case assignment(AssignmentStep)
    /// Of a connection.
    case connection(ConnectionStep)
}

extension Observation {
    /// The nearest event by which a host comes to notice it.
    func event(at place: Place, in domain: DomainID?) -> HostEvent? {
        switch self {
        case .state(.error): .poisonedData(place.function)
        case .state(.configUnlocked), .deviceReset: .conventionalReset(place.dsm)
        case .state(.configLocked), .state(.run): nil
        case .streamInsecure: .linkDown(place.dsm)
        case .sessionLost: .sessionLost(place.dsm)
        case .deviceGone: .deviceGone(place.dsm)
        case .domainStopped: domain.map { .domainStopped($0) }
        case .hostdevRemoved: .hostdevRemoved(place.function)
        case .driverTimeout: .driverHangs(place.function, true)
        }
    }
}

extension ConnectionLoss {
    /// The nearest event by which a connection comes to be lost; nil: it is what became of an effect.
    func event(on dsm: FunctionAddress) -> HostEvent? {
        switch self {
        case .sessionLost: .sessionLost(dsm)
        case .streamInsecure: .linkDown(dsm)
        case .deviceReset: .conventionalReset(dsm)
        case .outcomeUnknown: nil
        }
    }
}

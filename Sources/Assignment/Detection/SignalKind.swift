import TDISP

/// What a sign of trouble, or of well-being, is. Linux tells none of them as an event of its own; each is read, counted or
/// asked for somewhere else. The raw value is stable: journals, scenarios and JSON have it.
public enum SignalKind: String, Hashable, Sendable, Codable, CaseIterable {
    // Error counters of the function or of its root port (AER).
    case correctableErrors = "correctable-errors"
    case nonFatalErrors = "non-fatal-errors"
    case fatalErrors = "fatal-errors"
    case ideCheck = "ide-check"
    case misroutedIDE = "misrouted-ide"
    case pcrcCheck = "pcrc-check"

    // What is read: registers, memory, the kernel's files.
    case streamInsecure = "stream-insecure"
    case allOnes = "all-ones"
    case memoryAllOnes = "memory-all-ones"
    case boundEmptied = "bound-emptied"
    case filesVanished = "files-vanished"
    case evidenceChanged = "evidence-changed"
    case evidenceFailing = "evidence-failing"

    // What the session and the device say.
    case sessionLost = "session-lost"
    case heartbeatMissed = "heartbeat-missed"
    case answersUnlocked = "answers-unlocked"
    case answersLocked = "answers-locked"
    case answersError = "answers-error"
    case deviceReset = "device-reset"

    // What the software around the device says.
    case driverErrors = "driver-errors"
    case driverTimeout = "driver-timeout"
    case translationFault = "translation-fault"
    case asidFenced = "asid-fenced"
    case domainStopped = "domain-stopped"
    case hostdevRemoved = "hostdev-removed"

    // Nothing is wrong, as far as that can be seen.
    case answersRun = "answers-run"
    case streamSecure = "stream-secure"
}

extension SignalKind {
    /// What an observation is a sign of. It is believed as it stands, and always was.
    public init(_ observation: Observation) {
        self =
            switch observation {
            case .state(.configUnlocked): .answersUnlocked
            case .state(.configLocked): .answersLocked
            case .state(.run): .answersRun
            case .state(.error): .answersError
            case .streamInsecure: .streamInsecure
            case .sessionLost: .sessionLost
            case .deviceGone: .allOnes
            case .deviceReset: .deviceReset
            case .domainStopped: .domainStopped
            case .hostdevRemoved: .hostdevRemoved
            case .driverTimeout: .driverTimeout
            }
    }

    /// What was noticed, for a person.
    public var sentence: String {
        switch self {
        case .correctableErrors: "correctable errors on the link"
        case .nonFatalErrors: "uncorrectable errors, not fatal"
        case .fatalErrors: "fatal errors: the link is not reliable"
        case .ideCheck: "a packet failed its integrity check"
        case .misroutedIDE: "an encrypted packet came where it does not belong"
        case .pcrcCheck: "a packet failed the check of its plain text"
        case .streamInsecure: "the IDE stream left Secure"
        case .allOnes: "configuration reads return all ones"
        case .memoryAllOnes: "reads of its memory return all ones"
        case .boundEmptied: "somebody unbound it from the TSM"
        case .filesVanished: "its TSM files vanished"
        case .evidenceChanged: "its evidence is of another connection"
        case .evidenceFailing: "its evidence cannot be renewed"
        case .sessionLost: "the SPDM session ended"
        case .heartbeatMissed: "a heartbeat was not answered"
        case .answersUnlocked: "it answers CONFIG_UNLOCKED"
        case .answersLocked: "it answers CONFIG_LOCKED"
        case .answersError: "it answers ERROR"
        case .deviceReset: "somebody reset the function"
        case .driverErrors: "the guest's driver met I/O errors"
        case .driverTimeout: "the guest's driver does not answer"
        case .translationFault: "its T=1 DMA faulted in the IOMMU"
        case .asidFenced: "the root port fenced the domain's ASID"
        case .domainStopped: "the domain stopped"
        case .hostdevRemoved: "somebody took the device out of the domain"
        case .answersRun: "it answers RUN"
        case .streamSecure: "the IDE stream is Secure"
        }
    }
}

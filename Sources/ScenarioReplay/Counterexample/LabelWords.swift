internal import Assignment
internal import Checker
internal import Emulator
internal import PCIe

// What the checker calls things, as an emulated host can make them happen.

extension DraftAct {
    /// An effect ends as the checker has it.
    mutating func end(_ effect: EffectName, _ ending: LaneLabel.Ending, on place: Place) {
        guard ending != .orderly, ending != .heldBack else { return }
        guard let name = effect.ofPlatform else {
            if ending != .refused { lose("the verdict is \(ending); here it is no") }
            return refuseEvidence(on: place)
        }
        switch ending {
        case .orderly, .heldBack: break
        case .refused: hit(name, .fail(.deviceRefused), on: place)
        case .lost: hit(name, .unknownNotDone, on: place)
        case .lostHavingWorked: hit(name, .unknownDone, on: place)
        case .otherDevice: hit(name, .fail(.identityChanged), on: place)
        case .connectionTrouble: hit(name, .fail(.timedOut), on: place)
        case .deviceFailed: hit(name, .event(.defect(place.dsm, effect == .stop ? .stopFails : .startFails)), on: place)
        case .refusedHavingWorked:
            hit(name, .unknownDone, on: place)
            lose("\(effect.rawValue) is said to have failed, and has worked; here nobody knows whether it has")
        }
    }
}

extension LaneLabel.Happening {
    /// What happens on the host; nil: nothing there is like it.
    func event(at place: Place) -> HostEvent? {
        switch self {
        case .streamLost: .linkDown(place.dsm)
        case .streamDisabledAtPort: .streamDisabled(place.dsm)
        case .sessionLost: .sessionLost(place.dsm)
        case .deviceGone: .deviceGone(place.dsm)
        case .deviceReturned: .deviceReturned(place.dsm)
        case .functionReset: .functionReset(place.function)
        case .conventionalReset: .conventionalReset(place.dsm)
        case .contextLost: .incident(place.function, .contextLost)
        case .poisonedData: .poisonedData(place.function)
        case .busMasterCleared: .busMasterCleared(place.function)
        case .untrustedPageResponse, .strayPageResponse: .incident(place.function, .untrustedPageResponse)
        case .hostdevRemoved: .hostdevRemoved(place.function)
        case .sessionLostAtHost, .ownRecovery, .startReplayed, .privateDMAFaulted, .lockedUnasked: nil
        }
    }

    /// Why nothing on an emulated host is like it.
    var absence: String {
        switch self {
        case .sessionLostAtHost: "the host loses a session that the device keeps"
        case .ownRecovery: "the device leaves ERROR by itself"
        case .startReplayed: "a START of an older lock arrives again"
        case .privateDMAFaulted: "T=1 of the device faults"
        case .lockedUnasked: "the interface is locked unasked"
        case .streamLost, .streamDisabledAtPort, .sessionLost, .deviceGone, .deviceReturned, .functionReset,
            .conventionalReset, .contextLost, .poisonedData, .busMasterCleared, .hostdevRemoved,
            .untrustedPageResponse, .strayPageResponse:
            "\(self)"
        }
    }
}

extension Observation {
    /// What makes a host notice it, where the checker has it noticed without anything to see.
    func rumour(of place: Place, in domain: DomainID?) -> HostEvent? {
        switch self {
        case .driverTimeout: .driverHangs(place.function, true)
        case .deviceReset: .functionReset(place.function)
        case .domainStopped: domain.map { .domainStopped($0) }
        case .state, .streamInsecure, .sessionLost, .deviceGone, .hostdevRemoved: nil
        }
    }
}

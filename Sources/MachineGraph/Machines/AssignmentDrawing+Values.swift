import Assignment
import TDISP

/// Where a state is on its way to, beyond its phase and the effect it waits for.
enum Way: Hashable {
    /// Not on a way.
    case none
    /// In a conversion, which returns to where it began when it fails.
    case converting(origin: Rest, isCancelled: Bool)
    /// On the way home; a ladder also has a rung.
    case home(Destination, rung: Recovering.Rung?)

    init(_ state: AssignmentState) {
        switch state {
        case .attaching(let now): self = .through(now.conversion)
        case .quiescing(let now): self = .through(now.conversion)
        case .locking(let now): self = .through(now.conversion)
        case .locked(let now): self = .through(now.conversion)
        case .attesting(let now): self = .through(now.conversion)
        case .attested(let now): self = .through(now.conversion)
        case .accepting(let now): self = .through(now.conversion)
        case .confirming(let now): self = .through(now.conversion)
        case .releasing(let now): self = .home(.rest(now.rest), rung: nil)
        case .failed(let now): self = .home(now.home, rung: nil)
        case .unknown(let now): self = .home(now.home, rung: nil)
        case .recovering(let now): self = .home(now.home, rung: now.rung)
        case .available, .attached, .private, .detaching, .quarantined: self = .none
        }
    }

    private static func through(_ conversion: Conversion) -> Way {
        .converting(origin: conversion.origin, isCancelled: conversion.cancelled)
    }

    var isCancelled: Bool {
        switch self {
        case .converting(_, let isCancelled): isCancelled
        case .none, .home: false
        }
    }
}

extension AssignmentState {
    /// What a state waits for, in words that tell the steps of its phase apart.
    var place: String {
        switch self {
        case .recovering(let now) where now.step == .reconnecting: "reconnect"
        case .available, .attaching, .attached, .quiescing, .locking, .locked, .attesting, .attested, .accepting,
            .confirming, .private, .releasing, .detaching, .failed, .recovering, .quarantined, .unknown:
            pending.place
        }
    }
}

extension AssignmentEffect {
    /// The name, with rank or kind where there is one.
    fileprivate var place: String {
        switch self {
        case .cut(let rank): "cut \(rank.rawValue + 1)"
        case .reset(let kind): "\(kind.rawValue) reset"
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA,
            .saveLedger,
            .dropMappings, .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
            .askState, .stop, .compareIdentity, .adoptIdentity, .pause, .restoreConfiguration, .proveReturn,
            .restoreMappings, .detach, .rekey,
            .returnHostDriver:
            name.rawValue
        }
    }
}

extension Observation {
    /// Every observation.
    static let all: [Observation] =
        TDIState.allCases.map(Observation.state) + [
            .streamInsecure, .sessionLost, .deviceGone, .deviceReset, .domainStopped, .hostdevRemoved, .driverTimeout,
        ]

    /// What is shown.
    var name: String {
        switch self {
        case .state(let state): "state \(state)"
        case .streamInsecure: "stream insecure"
        case .sessionLost: "session lost"
        case .deviceGone: "device gone"
        case .deviceReset: "device reset"
        case .domainStopped: "domain stopped"
        case .hostdevRemoved: "hostdev removed"
        case .driverTimeout: "driver timeout"
        }
    }
}

extension StandingOrders {
    /// Every order there is with this limit.
    static func all(limit: UInt8) -> [StandingOrders] {
        [false, true].flatMap { again in
            [false, true].map {
                StandingOrders(convertAgain: again, allowConventionalReset: $0, recoveryLimit: limit)
            }
        }
    }
}

extension RecoveryRequest {
    /// Every request there is, of those that accept another identity the plainest.
    static let all: [RecoveryRequest] =
        [false, true].flatMap { fromQuarantine in
            [false, true].flatMap { again in
                [false, true].map {
                    RecoveryRequest(fromQuarantine: fromQuarantine, convertAgain: again, allowConventionalReset: $0)
                }
            }
        } + [RecoveryRequest(fromQuarantine: true, acceptIdentity: true)]
}

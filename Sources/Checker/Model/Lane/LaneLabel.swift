public import Assignment
internal import TDISP

/// What happens to one device.
public enum LaneLabel: Hashable, Sendable {
    /// Somebody asks for something.
    case asked(AssignmentEvent)
    /// The effect that was pending is over.
    case ended(EffectName, Ending)
    /// Something is noticed; the effect that was pending has been carried out, or never is.
    case noticed(Observation, isCarriedOut: Bool)
    /// Something happens to the device or around it, and nobody is told.
    case happened(Happening)
    /// What is in flight lands.
    case landed
    /// The VMM has what is cached of the page forgotten by the IOMMU.
    case invalidated
    /// The device forgets what it had cached of the page.
    case deviceForgot
    /// Whoever has to see to a page answers that it is there, to a page request of the device with this T bit.
    case pageAnswered(PlatformOperation.TBitValue)
    /// The manager dies and comes back; the effect that was pending has been carried out, or never is.
    case restarted(during: EffectName, isCarriedOut: Bool)
    /// The manager finds out what became of the connection.
    case resumed
    /// What the pending effect does to all functions of the device is done; its outcome is not heard yet.
    case carriedOut(EffectName)
    /// Its part in what concerns all functions of the device.
    case shared(SharedEvent)

    /// How an effect ends.
    public enum Ending: Hashable, Sendable {
        /// As it does when nobody errs.
        case orderly
        /// It is refused, and nothing happened.
        case refused
        /// It is said to have failed, and did happen.
        case refusedHavingWorked
        /// Nobody knows, and nothing happened.
        case lost
        /// Nobody knows, and it did happen.
        case lostHavingWorked
        /// It is not carried out, because the sibling would fall with it.
        case heldBack
        /// Another device answers.
        case otherDevice
        /// It went wrong on the device, which is in ERROR.
        case deviceFailed
        /// In one of the ways in which connecting can go wrong.
        case connectionTrouble
    }

    /// What happens to a device or around it.
    public enum Happening: Hashable, Sendable, CaseIterable {
        case streamLost, streamDisabledAtPort, sessionLost, sessionLostAtHost, deviceGone, deviceReturned
        case functionReset, conventionalReset, contextLost, poisonedData, busMasterCleared, ownRecovery
        case hostdevRemoved, startReplayed
        /// T=1 of the device faults: some platforms fence off what its VM has there.
        case privateDMAFaulted
        /// Somebody locks the interface whom nobody asked to: its guest, or whoever has a session.
        case lockedUnasked
        /// An answer to a page request comes with T=0: it was asked before the lock, or somebody made it up.
        case untrustedPageResponse
        /// One comes with T=1, over a stream that is not the interface's: of another epoch, or made up.
        case strayPageResponse
    }

    /// Whether it is somebody's fault or somebody's wish, rather than what goes on by itself.
    var goesOn: Bool {
        switch self {
        case .ended(_, .orderly), .ended(_, .heldBack), .landed, .resumed, .carriedOut: true
        case .shared(let event): event.goesOn
        case .noticed(let observation, _): !observation.isRumour
        case .asked, .ended, .happened, .invalidated, .deviceForgot, .pageAnswered, .restarted: false
        }
    }

    /// Whether the manager came back with it.
    var isRestart: Bool { if case .restarted = self { true } else { false } }

    /// Whether it counts as a fault.
    var isFault: Bool {
        switch self {
        case .happened, .restarted: true
        case .ended(_, let ending): ending != .orderly && ending != .heldBack
        case .noticed(let observation, _): observation.isRumour
        case .shared(let event): event.isFault
        case .asked, .landed, .invalidated, .deviceForgot, .pageAnswered, .resumed, .carriedOut: false
        }
    }
}

extension LaneLabel.Happening {
    /// Whether it happens to all functions of a device at once, if it happens to function 0.
    var isOfDevice: Bool {
        switch self {
        case .streamLost, .streamDisabledAtPort, .sessionLost, .sessionLostAtHost, .deviceGone, .deviceReturned,
            .functionReset, .conventionalReset:
            true
        case .contextLost, .poisonedData, .busMasterCleared, .ownRecovery, .hostdevRemoved, .startReplayed,
            .privateDMAFaulted, .lockedUnasked, .untrustedPageResponse, .strayPageResponse:
            false
        }
    }
}

extension Observation {
    /// Whether it is noticed without anything to see by then.
    fileprivate var isRumour: Bool {
        switch self {
        case .driverTimeout, .deviceReset, .domainStopped: true
        case .state, .streamInsecure, .sessionLost, .deviceGone, .hostdevRemoved: false
        }
    }
}

extension AssignmentEvent {
    /// What an operator asks for, in words.
    fileprivate var words: String {
        func list(_ words: [(Bool, String)]) -> String { words.filter(\.0).map { ", \($0.1)" }.joined() }
        return switch self {
        case .convert(let domain, let orders):
            "convert for VM \(CheckerModel.vm(domain))"
                + list([
                    (orders.convertAgain, "again after a recovery"),
                    (orders.allowConventionalReset, "by a conventional reset if need be"),
                ])
        case .recover(let request):
            "recover"
                + list([
                    (request.fromQuarantine, "out of quarantine too"), (request.convertAgain, "and convert again"),
                    (request.allowConventionalReset, "by a conventional reset if need be"),
                    (request.takeSiblings, "its sibling may fall"),
                ])
        case .release(let rest, let takes):
            "release to \(rest.rawValue)" + list([(takes, "its sibling may fall")])
        case .cancel: "cancel"
        case .finished, .answered, .observed, .restarted, .foundShut: "\(self)"
        }
    }
}

extension LaneLabel.Happening: CustomStringConvertible {
    /// One clause for a person.
    public var description: String {
        switch self {
        case .streamLost: "stream lost"
        case .streamDisabledAtPort: "stream disabled at the root port"
        case .sessionLost: "session lost"
        case .sessionLostAtHost: "session lost at the host"
        case .deviceGone: "device gone"
        case .deviceReturned: "device returned"
        case .functionReset: "function-level reset"
        case .conventionalReset: "conventional reset"
        case .contextLost: "device context lost"
        case .poisonedData: "poisoned data"
        case .busMasterCleared: "bus mastering cleared"
        case .ownRecovery: "left ERROR by itself"
        case .hostdevRemoved: "hostdev removed"
        case .startReplayed: "START of an older lock replayed"
        case .privateDMAFaulted: "T=1 faulted"
        case .lockedUnasked: "locked unasked"
        case .untrustedPageResponse: "page response with T=0"
        case .strayPageResponse: "page response over another stream"
        }
    }
}

extension LaneLabel: CustomStringConvertible {
    /// One clause for a person.
    public var description: String {
        switch self {
        case .asked(let request): request.words
        case .ended(let effect, let ending): "\(effect.rawValue) \(ending)"
        case .noticed(let observation, let isDone):
            "noticed \(observation)\(isDone ? ", the pending effect has been carried out" : "")"
        case .happened(let happening): "\(happening)"
        case .landed: "DMA lands"
        case .invalidated: "IOTLB invalidated"
        case .deviceForgot: "ATC invalidated"
        case .pageAnswered(let value): "page request with \(value.tBit) answered"
        case .restarted(let effect, let isDone):
            "crash during \(effect.rawValue)\(isDone ? ", carried out" : ""), and restart"
        case .resumed: "connection taken up again"
        case .carriedOut(let effect): "\(effect.rawValue) carried out"
        case .shared(let event): "\(event)"
        }
    }
}

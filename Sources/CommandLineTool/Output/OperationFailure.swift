internal import Assignment
internal import AssignmentService
internal import PCIe

extension Failure {
    /// What an operation that did not reach its goal is to an operator; nil when it did.
    init?(_ result: OperationResult, domainName: String?) {
        let place = result.state.place(of: result.device, domainName: domainName)
        switch result.end {
        case .done, .alreadyThere: return nil
        case .refused(let refusal):
            self.init(
                refusal.status, "refused: \(result.device) \(refusal.reason.sentence)", rule: refusal.rule,
                place: place,
                next: refusal.reason.advice(result.device))
        case .failed(let trouble):
            self.init(trouble.status, "\(result.device): \(trouble.sentence)", place: place)
            fill(trouble)
            next = trouble.advice(result.device)
        case .quarantined(let reason, let trouble):
            self.init(
                .quarantined, "\(result.device) is in quarantine: \(reason.rawValue)", place: place,
                next: reason.wayOut(of: result.device))
            if let trouble { fill(trouble) }
        case .unrecorded(let failure):
            self.init(
                result.state.phase == .quarantined ? .quarantined : .failed,
                "\(result.device): the last step is not in the journal", seen: failure.message, place: place,
                next: "free space or mend permissions, then tdispctl recover \(result.device): the device will be asked"
            )
        case .journal(let failure):
            self.init(
                .failed, "\(result.device): the journal cannot be written; nothing was changed", seen: failure.message,
                place: place, next: "free space or mend permissions, then try again")
        }
    }

    /// The failure of a whole call, told of one device that is where the operation was to bring it.
    func on(_ result: OperationResult, domainName: String?) -> Failure {
        var failure = self
        failure.place = result.state.place(of: result.device, domainName: domainName)
        return failure
    }

    private mutating func fill(_ trouble: Trouble) {
        if case .effect(let effect, _) = trouble.what { step = effect }
        seen = trouble.detail.isEmpty ? nil : trouble.detail
        rule = trouble.rule
    }
}

extension AssignmentState {
    /// Where the device is now: `0000:3b:00.1 is attached to web1; DMA may reach its shared pages (T=0)`.
    func place(of device: FunctionAddress, domainName: String?) -> String {
        let domain = domainName ?? domain?.description ?? "no domain"
        return "\(device) is \(phase.sentence(domain: domain)); \(permittedDMASentence(domain: domain))"
    }
}

extension Phase {
    /// The phase in a sentence about the device.
    func sentence(domain: String) -> String {
        switch self {
        case .available: "available to the host"
        case .attached: "attached to \(domain), in shared operation"
        case .private: "in private operation for \(domain)"
        case .quarantined: "in quarantine"
        case .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming, .releasing,
            .detaching, .failed, .recovering, .unknown:
            "in phase \(rawValue)"
        }
    }
}

extension Refusal {
    var status: ExitStatus {
        switch reason {
        case .alreadyThere: .done
        case .ownedByAnother, .busy, .connectionInUse: .busy
        case .notAssigned, .nothingToRecover: .refused
        case .quarantined: .quarantined
        }
    }
}

extension Refusal.Reason {
    var sentence: String {
        switch self {
        case .alreadyThere: "is already there"
        case .ownedByAnother: "belongs to another domain"
        case .busy: "has an operation under way"
        case .notAssigned: "is assigned to no domain"
        case .nothingToRecover: "has nothing to recover from"
        case .quarantined: "is in quarantine"
        case .connectionInUse: "shares its connection with locked interfaces"
        }
    }

    func advice(_ device: FunctionAddress) -> String {
        switch self {
        case .alreadyThere: "nothing"
        case .ownedByAnother: "tdispctl release \(device), then convert it for the other domain"
        case .busy, .connectionInUse: "tdispctl show \(device)"
        case .notAssigned: "tdispctl convert \(device) --domain NAME"
        case .nothingToRecover: "tdispctl show \(device)"
        case .quarantined: "tdispctl show \(device)"
        }
    }
}

extension Trouble {
    var status: ExitStatus {
        switch what {
        case .effect(_, .unknown): .unknown
        case .effect(_, .failed(let reason)): reason.status
        case .effect(_, .succeeded), .noticed, .connection, .foundShut, .cancelled: .failed
        }
    }

    /// The rule that decided, where one did.
    var rule: SafetyRule? {
        switch what {
        case .effect(_, .unknown): .noBlindRetry
        case .effect(_, .failed(.policyRefused)): .nothingOutlivesAnEpoch
        case .effect, .noticed, .connection, .foundShut, .cancelled: .allOrHome
        }
    }

    var sentence: String {
        switch what {
        case .effect(let effect, .unknown):
            "nobody knows whether '\(effect.sentence)' happened; the device was brought home"
        case .effect(let effect, .failed(.policyRefused)):
            "the evidence was refused (\(effect.rawValue)); the device was brought home"
        case .effect(let effect, _): "'\(effect.sentence)' failed; the device was brought home"
        case .noticed(let observation): "\(observation.sentence); the device was brought home"
        case .connection(let loss): "the connection was lost (\(loss.rawValue)); the device was brought home"
        case .foundShut: "the platform had shut it, and nobody recorded why; the device was brought home"
        case .cancelled: "cancelled; the device was brought home"
        }
    }

    func advice(_ device: FunctionAddress) -> String {
        switch what {
        case .effect(_, .failed(.policyRefused)):
            "look at the evidence's findings above; do not assign this device to a confidential VM"
        case .cancelled: "nothing; convert again when you are ready"
        case .effect, .noticed, .connection, .foundShut: "tdispctl history \(device)"
        }
    }
}

extension FailureReason {
    var status: ExitStatus {
        switch self {
        case .policyRefused: .refused
        case .timedOut: .unknown
        case .unsupported: .lacking
        case .busy, .siblingsInUse: .busy
        case .hypervisor: .unreachable
        case .deviceRefused, .connectionLost, .identityChanged, .notProven, .deviceGone, .other: .failed
        }
    }
}

/// One step of the way back to CONFIG_UNLOCKED and shared operation. Release and recovery walk the same way.
///
/// STOP comes before the reset: a function level reset of a locked TDI causes ERROR and recovers nothing by itself.
public enum HomewardStep: String, Hashable, Sendable, Codable, CaseIterable {
    /// New session and keys, because STOP was refused or unanswered over the old one.
    case reconnecting
    case stopping
    case resettingFunction
    /// The other road to CONFIG_UNLOCKED, which takes siblings along.
    case resettingDevice
    /// A session to ask the device over, after its reset.
    case connecting
    case comparingIdentity
    /// Another card, or other firmware, that the operator knows of.
    case adoptingIdentity
    case restoringConfiguration
    case proving
    /// Before another conversion: a device that falls again and again is given time, closed as it is.
    case pausing
    case restoringMappings
    case bindingGuestDriver

    /// The effect of the step, for an assignment with this past.
    func effect(after lineage: Lineage) -> AssignmentEffect {
        switch self {
        case .reconnecting, .connecting: .requireConnection
        case .stopping: .stop
        case .resettingFunction: .reset(.function)
        case .resettingDevice: .reset(.conventional)
        case .comparingIdentity: .compareIdentity
        case .adoptingIdentity: .adoptIdentity
        case .restoringConfiguration: .restoreConfiguration
        case .proving: .proveReturn
        case .pausing: .pause(seconds: lineage.pause)
        case .restoringMappings: .restoreMappings
        case .bindingGuestDriver: .bindGuestDriver
        }
    }

    /// Whether a device that turns to another owner at this step needs a reset of its own. Behind the proof the domain
    /// gets the device back; and the proof of a conversion that turned back before LOCK is made without a reset.
    var needsResetForOthers: Bool {
        switch self {
        case .proving, .pausing, .restoringMappings, .bindingGuestDriver: true
        case .reconnecting, .stopping, .resettingFunction, .resettingDevice, .connecting, .comparingIdentity,
            .adoptingIdentity, .restoringConfiguration:
            false
        }
    }

    /// The step after this one succeeded on the way to `home`, or nil: arrived.
    func next(to home: Destination, after lineage: Lineage) -> HomewardStep? {
        switch self {
        case .reconnecting: .stopping
        case .stopping: .resettingFunction
        case .resettingFunction, .resettingDevice: .connecting
        case .connecting: .comparingIdentity
        case .comparingIdentity, .adoptingIdentity: .restoringConfiguration
        case .restoringConfiguration: .proving
        case .proving:
            switch home {
            case .rest(.available): nil
            case .rest(.attached): .restoringMappings
            case .convert: lineage.pause > 0 ? .pausing : .restoringMappings
            }
        case .pausing: .restoringMappings
        case .restoringMappings: home == .rest(.attached) ? .bindingGuestDriver : nil
        case .bindingGuestDriver: nil
        }
    }
}

extension Lineage {
    /// The same past, with this step done. Once it is known who came back, the operator's word about another one is used up;
    /// the one about siblings, with the reset that it was given for.
    func past(_ step: HomewardStep) -> Lineage {
        var next = self
        switch step {
        case .comparingIdentity, .adoptingIdentity: next.orders.acceptIdentity = false
        case .resettingFunction, .resettingDevice: next.orders.takeSiblings = false
        case .reconnecting, .stopping, .connecting, .restoringConfiguration, .proving, .pausing, .restoringMappings,
            .bindingGuestDriver:
            break
        }
        return next
    }
}

extension Destination {
    /// Enters the phase that the way home leads to, all steps done.
    func arrive(_ lineage: Lineage, _ domain: DomainID?) -> AssignmentTransition {
        guard let domain else { return .enter(.detaching(Detaching(lineage, nil, step: .detaching))) }
        return switch self {
        case .rest(.attached): .enter(.attached(Attached(lineage: lineage, owner: domain)))
        case .rest(.available): .enter(.detaching(Detaching(lineage, domain, step: .detaching)))
        case .convert(let origin): .enter(.quiescing(Quiescing(Conversion(lineage, domain, origin: origin))))
        }
    }
}

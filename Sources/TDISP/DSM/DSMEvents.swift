internal import PCIe
internal import SPDM

extension DSM {
    /// Takes an event.
    mutating func take(_ event: Event) -> Effect {
        switch event {
        case .received(let bytes, let session): return receive(bytes, over: session)
        case .completed(let outcome, let requesterID): return one(requesterID, .outcome(outcome))
        case .incident(let incident, let requesterID): return spread(incident, from: requesterID)
        case .deviceIncident(let incident): return device(incident)
        case .conventionalReset:
            forgetPending { _ in true }
            return each { _ in .conventionalReset }
        case .busRenumbered(let bus): return renumber(bus)
        case .firmwareUpdateRequested(let update):
            guard let locked = interfaces.first(where: { $0.tdi.forbids(update) }) else { return .permitFirmwareUpdate }
            return .refuseFirmwareUpdate(locked.requesterID)
        case .recoverFromError(let requesterID): return one(requesterID, .recoverFromError)
        }
    }

    private mutating func one(_ requesterID: RequesterID, _ event: TDI.Event) -> Effect {
        guard let index = interfaces.firstIndex(where: { $0.requesterID == requesterID }) else { return .none }
        return step(index, event)
    }

    /// Steps each interface that has an event.
    private mutating func each(_ event: (Interface) -> TDI.Event?) -> Effect {
        var work: [Work] = []
        for index in interfaces.indices {
            guard let event = event(interfaces[index]) else { continue }
            if case .perform(let more) = step(index, event) { work += more }
        }
        return work.isEmpty ? .none : .perform(work)
    }

    /// A session that ended, by itself or with the device, waits for no answer.
    private mutating func forgetPending(of hasEnded: (SessionID) -> Bool) {
        for index in interfaces.indices {
            if let pending = interfaces[index].pending, hasEnded(pending.session) { interfaces[index].pending = nil }
        }
    }

    private mutating func device(_ incident: TDI.Incident) -> Effect {
        if case .sessionEnded(let session) = incident { forgetPending { $0 == session } }
        return each { _ in .incident(incident) }
    }

    /// What happens to one function reaches its virtual functions if they share what it hits, and every interface if
    /// the streams or the sessions go with it.
    private mutating func spread(_ incident: TDI.Incident, from requesterID: RequesterID) -> Effect {
        let scope = incident.scope
        guard scope != .device else { return device(incident) }
        let endsSessions = incident.isFunctionLevelReset && requesterID == functionZero
        if endsSessions { forgetPending { _ in true } }
        return each { interface in
            if scope.reaches(interface, from: requesterID) { return .incident(incident) }
            guard endsSessions, let session = interface.tdi.session else { return nil }
            return .incident(.sessionEnded(session))
        }
    }

    private mutating func renumber(_ bus: UInt8) -> Effect {
        let shift = UInt16(bus &- functionZero.bus) << 8
        guard shift != 0 else { return .none }
        functionZero = functionZero.moved(by: shift)
        for index in interfaces.indices {
            let address = interfaces[index].address
            interfaces[index].address = FunctionAddress(
                segment: address.segment, requesterID: address.requesterID.moved(by: shift))
            if case .virtual(let physical) = interfaces[index].role {
                interfaces[index].role = .virtual(of: physical.moved(by: shift))
            }
        }
        return each { _ in .incident(.requesterIDChanged) }
    }
}

extension RequesterID {
    fileprivate func moved(by shift: UInt16) -> RequesterID { RequesterID(rawValue: rawValue &+ shift) }
}

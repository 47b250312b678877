internal import PCIe
internal import SPDM
internal import TDISP
internal import WireBytes

// The IDE_KM responder of the device's port, and what its streams do to the interfaces that are bound to them.

extension EmulatedDevice {
    /// Answers an IDE_KM message that came over a session, with a whole SPDM message.
    func answerIDE(_ bytes: [UInt8], over session: SessionID) -> [UInt8]? {
        let request: IDEKM.Request
        var key: IDEKey?
        do throws(WireError) {
            let received = try IDEKM.ReceivedRequest(decoding: bytes.span)
            request = received.request
            key = received.takeKey()
        } catch {
            return respondIDE(to: .malformedRequest(session))
        }
        let effect = step(.request(session, request))
        guard case .install(_, let slot) = effect else { return respond(effect) }
        return respond(install(key.take(), in: slot))
    }

    private func respondIDE(to event: IDEResponder.Event) -> [UInt8]? { respond(step(event)) }

    private func step(_ event: IDEResponder.Event) -> IDEResponder.Effect {
        let transition = IDEResponder.step(ide, event)
        ide = transition.next
        return transition.effect
    }

    /// Puts a key into its slot, and tells the responder how that went.
    private func install(_ key: consuming IDEKey?, in slot: IDEKeySlot) -> IDEResponder.Effect {
        guard let key, !takeDefect(.keyInstallFails) else { return step(.keyInstallFailed) }
        keys.store(key, in: slot)
        return step(.keyInstalled)
    }

    /// An event of the platform: registers, link, sessions, traffic.
    func takeIDE(_ event: IDEResponder.Event) {
        guard case .apply(let changes) = step(event) else { return }
        changes.forEach(apply)
    }

    private func respond(_ effect: IDEResponder.Effect) -> [UInt8]? {
        switch effect {
        case .none, .install, .discard:
            return nil
        case .answerQuery(let port):
            return wrap(IDEKM.Response.queryResponse(queryResponse(port)).encoded(), .ideKM)
        case .reply(let response, let change):
            if let change { apply(change) }
            return wrap(response.encoded(), .ideKM)
        case .apply(let changes):
            changes.forEach(apply)
            return nil
        case .refuse(let refusal):
            return ErrorMessage(version: version, code: refusal == .busy ? .busy : .invalidRequest).encoded()
        }
    }

    private func queryResponse(_ port: UInt8) -> IDEKM.QueryResponse {
        let space = functions[0].registers.space
        let ide = try? IDECapability(in: space)
        let registers = ide.map { capability in
            stride(from: capability.offset + 4, to: capability.end, by: 4).map(space.uint32)
        }
        return IDEKM.QueryResponse(
            portIndex: port, requesterID: address.requesterID, segment: UInt8(truncatingIfNeeded: address.segment),
            maxPortIndex: description.dsm.port, registers: registers ?? [])
    }

    private func apply(_ change: IDEStreamChange) {
        switch change.effect {
        case .none, .refuse: break
        case .activate(_, let becomesSecure): if becomesSecure { show(.secure, change.stream.streamID) }
        case .secure: show(.secure, change.stream.streamID)
        case .erase(let slots): keys.erase(slots)
        case .fail:
            keys.erase(.all)
            show(.insecure, change.stream.streamID)
            takeDSM(.deviceIncident(.streamInsecure(change.stream.streamID)))
        }
    }

    private func show(_ state: StreamState, _ stream: StreamID) {
        guard let block = block(of: stream) else { return }
        functions[0].registers.space.store(StreamStatus(state: state).rawValue, at: block.statusOffset)
    }

    /// The register block that is set up for a stream.
    func block(of stream: StreamID) -> SelectiveStreamBlock? {
        let blocks = (try? IDECapability(in: functions[0].registers.space))?.selectiveStreams ?? []
        return blocks.first { $0.control.rawValue != 0 && $0.control.streamID == stream }
    }
}

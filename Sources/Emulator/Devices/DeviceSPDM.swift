internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP
internal import WireBytes

// The device's end of SPDM: what its mailbox takes, and what its sessions' beginnings and ends do to streams and TDIs.

extension EmulatedDevice {
    /// An SPDM message arrived. Gives what the device puts back, if anything; `defect` is what goes wrong between its
    /// session layer and its DSM.
    func receive(_ message: TransportMessage, _ defect: MessageFault.Action? = nil) -> TransportMessage? {
        guard isPresent, rootPort.isLinkUp, responder != nil else { return nil }
        defer { followSessions() }
        switch responder?.receive(message, at: clock) {
        case .answer(let answer): return answer
        case .nothing, nil: return nil
        case .vendorRequest(let request, let session):
            followSessions()
            guard let response = answer(request, over: session, defect),
                case .answer(let answer) = responder?.answer(vendorResponse: response)
            else { return nil }
            return answer
        }
    }

    /// Answers one VENDOR_DEFINED_REQUEST, or what a defective firmware makes of it.
    private func answer(_ message: [UInt8], over session: SessionID?, _ defect: MessageFault.Action?) -> [UInt8]? {
        guard let session else { return ErrorMessage(version: version, code: .sessionRequired).encoded() }
        let envelope: VendorDefined
        do throws(WireError) {
            envelope = try VendorDefined(decoding: message.span)
        } catch {
            return ErrorMessage(version: version, code: .invalidRequest).encoded()
        }
        guard envelope.kind == .request else { return nil }
        return answer(Array(message[envelope.payload]), envelope.protocolID, over: session, defect)
    }

    private func answer(
        _ payload: [UInt8], _ protocolID: PCIProtocolID, over session: SessionID, _ defect: MessageFault.Action?
    ) -> [UInt8]? {
        guard defect != .dropRequest else { return nil }
        let payload = defect.map { $0.corruptingRequest(payload) } ?? payload
        let answer = forged(for: payload, protocolID, defect) ?? answer(payload, protocolID, over: session)
        if defect == .duplicateRequest { _ = self.answer(payload, protocolID, over: session) }
        guard defect != .dropResponse, let answer else { return nil }
        return defect.map { $0.corruptingResponse(answer) } ?? answer
    }

    private func answer(_ payload: [UInt8], _ protocolID: PCIProtocolID, over session: SessionID) -> [UInt8]? {
        switch protocolID {
        case .tdisp: answerTDISP(payload, over: session).flatMap { wrap($0, .tdisp) }
        case .ideKM: answerIDE(payload, over: session)
        default: ErrorMessage(version: version, code: .unsupportedRequest, data: 0xFE).encoded()
        }
    }

    /// The negotiated version of SPDM.
    var version: SPDMVersion { responder?.negotiated?.version ?? .v1_2 }

    func wrap(_ payload: [UInt8], _ protocolID: PCIProtocolID) -> [UInt8]? {
        try? VendorDefined.encode(.response, version: version, protocolID: protocolID, payload: payload.span)
    }

    /// The answer of a DSM that does not look at the request; nil when it does. TDISP_ERROR; for IDE_KM, which has none,
    /// an SPDM ERROR.
    private func forged(
        for payload: [UInt8], _ protocolID: PCIProtocolID, _ defect: MessageFault.Action?
    ) -> [UInt8]? {
        guard let (tdisp, spdm) = defect?.refusal else { return nil }
        guard protocolID == .tdisp, let header = try? TDISPHeader.decode(payload.span) else {
            return ErrorMessage(version: version, code: spdm).encoded()
        }
        return wrap(TDISPResponse.error(tdisp).encoded(from: header.interfaceID), .tdisp)
    }

    // MARK: Sessions

    /// What sessions that began or ended mean for streams and interfaces.
    func followSessions() {
        for session in responder?.takeEstablishedSessions() ?? [] {
            sessions.insert(session)
            takeIDE(.sessionStarted(session))
        }
        for session in responder?.takeEndedSessions() ?? [] where sessions.remove(session) != nil {
            takeIDE(.sessionEnded(session))
            takeDSM(.deviceIncident(.sessionEnded(session)))
        }
    }

    /// Its clock goes on: a session whose requester was silent for two heartbeat periods ends, and keys become old. Says
    /// whether a session ended.
    func letTimePass(to time: Int64) -> Bool {
        clock = time
        let before = sessions
        responder?.advance(to: time)
        followSessions()
        wantKeys()
        return sessions != before
    }

    private func wantKeys() {
        let period = Int64(description.dsm.keyPeriod)
        guard period > 0, clock - keysSince >= period else { return }
        keysSince = clock
        for session in sessions { responder?.updateKey(of: session) }
    }

    /// All sessions end, for whatever reason: their streams and their locked interfaces fall.
    func endSessions() {
        responder?.reset()
        followSessions()
    }

    /// What was negotiated is gone, as after power-on; what that means for streams and interfaces is the
    /// caller's to say.
    func forgetSessions() {
        responder?.reset()
        _ = responder?.takeEstablishedSessions()
        _ = responder?.takeEndedSessions()
        sessions = []
    }

    /// Whether a session connects it with the TSM.
    var hasSession: Bool { !sessions.isEmpty }
}

extension MessageFault.Action {
    /// The errors that stand for it, when a device refuses without looking.
    var refusal: (tdisp: TDISPErrorCode, spdm: ErrorMessage.Code)? {
        switch self {
        case .busy: (.busy, .busy)
        case .refuse(let code): (code, .invalidRequest)
        case .dropRequest, .dropResponse, .corruptRequest, .corruptResponse, .duplicateRequest, .duplicateResponse,
            .delay, .event:
            nil
        }
    }

    /// A request with one bit changed, if that is the fault.
    func corruptingRequest(_ bytes: [UInt8]) -> [UInt8] {
        if case .corruptRequest(let offset) = self { bytes.flipping(offset) } else { bytes }
    }

    /// A whole VENDOR_DEFINED_RESPONSE with one bit of the message inside changed, if that is the fault.
    fileprivate func corruptingResponse(_ bytes: [UInt8]) -> [UInt8] {
        guard case .corruptResponse(let offset) = self else { return bytes }
        return bytes.flipping(VendorDefined.headerSize + offset)
    }
}

extension [UInt8] {
    /// The same bytes with the lowest bit of one changed; unchanged when there is no such byte.
    func flipping(_ offset: Int) -> [UInt8] {
        guard indices.contains(offset) else { return self }
        var bytes = self
        bytes[offset] ^= 1
        return bytes
    }
}

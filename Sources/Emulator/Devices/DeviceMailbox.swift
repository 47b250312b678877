internal import SPDM
internal import TDISP
internal import WireBytes

extension EmulatedDevice {
    /// An object was put into the mailbox of function 0. Gives what the device puts back, if anything.
    func receive(_ object: [UInt8]) -> [UInt8]? {
        guard isPresent, rootPort.isLinkUp, let opened = openObject(object) else { return nil }
        guard let answer = answer(opened.message, over: opened.session) else { return nil }
        do throws(ChannelError) {
            return try session?.seal(answer.span)
        } catch {
            return nil
        }
    }

    private func openObject(_ object: [UInt8]) -> (message: [UInt8], session: SessionID)? {
        do throws(ChannelError) {
            guard let message = try session?.open(object.span), let id = session?.session else { return nil }
            return (message, id)
        } catch {
            return nil
        }
    }

    /// Answers one SPDM message inside the session.
    private func answer(_ message: [UInt8], over session: SessionID) -> [UInt8]? {
        let envelope: VendorDefined
        do throws(WireError) {
            envelope = try VendorDefined(decoding: message.span)
        } catch {
            return ErrorMessage(version: .v1_2, code: .invalidRequest).encoded()
        }
        guard envelope.kind == .request else { return nil }
        let payload = Array(message[VendorDefined.headerSize...])
        switch envelope.protocolID {
        case .tdisp: return answerTDISP(payload, over: session).flatMap { wrap($0, .tdisp) }
        case .ideKM: return answerIDE(payload, over: session)
        default: return ErrorMessage(version: .v1_2, code: .unsupportedRequest, data: 0xFE).encoded()
        }
    }

    func wrap(_ payload: [UInt8], _ protocolID: PCIProtocolID) -> [UInt8]? {
        try? VendorDefined.encode(.response, version: .v1_2, protocolID: protocolID, payload: payload.span)
    }

    // MARK: Session

    /// A session was established with the device.
    func openSession(_ id: SessionID) {
        session = PlainChannel(session: id)
        takeIDE(.sessionStarted(id))
    }

    /// The session ended, for whatever reason: its streams and its locked interfaces fall.
    func endSession() {
        guard hasSession, let id = session?.session else { return }
        session?.end()
        takeIDE(.sessionEnded(id))
        takeDSM(.deviceIncident(.sessionEnded(id)))
    }
}

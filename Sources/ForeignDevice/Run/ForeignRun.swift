internal import Attestation
internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import SPDMTransport
internal import TDISP
internal import WireBytes

/// One conversation with a device: the requesters of SPDM, IDE_KM and TDISP, the way to the device, and what was seen.
final class ForeignRun {
    typealias Failure = ForeignDeviceFailure

    let settings: ForeignDeviceSettings
    let transport: any DOETransport
    /// Whether what was done is being undone, which nothing interrupts.
    var isGoingHome = false
    private let progress: @Sendable (ForeignDeviceStep, String) -> Void
    var requester: SPDMRequester
    var report: ForeignDeviceReport
    /// Why the transport carries nothing any more.
    private var transportError: TransportError?
    /// When it is over, by the settings' clock.
    private var deadline: Duration
    /// Whether something was left undone because the time is over.
    private var isOvertime = false

    /// The session that everything from its opening on passes in.
    var session: SessionID?
    var stream: IDERequester.State
    /// What QUERY was answered.
    var port: IDEKM.QueryResponse?
    var interface: TDIRequester
    var nonce: StartNonce?
    /// Where the device's key is: a slot, or FFh for a provisioned one.
    var slot: UInt8
    /// Whether the device may have a session: from the first message of its handshake on, whatever came back.
    var mayHaveSession = false
    /// Whether the interface may be locked.
    var mayBeLocked = false
    /// What came first instead of an answer of IDE_KM or TDISP, in the operation that ran last.
    var obstacle: RequesterFailure?

    init(
        _ settings: ForeignDeviceSettings, _ transport: any DOETransport,
        _ progress: @escaping @Sendable (ForeignDeviceStep, String) -> Void
    ) {
        self.settings = settings
        self.transport = transport
        self.progress = progress
        deadline = settings.clock.now() + settings.timeLimit
        slot = settings.slot
        requester = SPDMRequester(settings.requesterSettings(.strict))
        report = ForeignDeviceReport(settings.goal)
        stream = IDERequester.initial(
            IDELink(portIndex: settings.portIndex, streamID: settings.stream, device: settings.port))
        interface = TDIRequester(interfaceID: settings.interfaceID)
    }

    /// Whether the device can still be spoken to in the session.
    var isSessionAlive: Bool {
        guard transportError == nil, let session else { return false }
        return requester.sessions.contains(session)
    }

    /// Tells that a step is done. Throws `interrupted` when that was the last.
    func done(_ step: ForeignDeviceStep, _ detail: String) throws(Failure) {
        progress(step, detail)
        if settings.isInterrupted(), !isGoingHome { throw failure(step, .interrupted) }
    }

    func failure(_ step: ForeignDeviceStep, _ reason: Failure.Reason) -> Failure {
        let ending: Failure.Reason? =
            transportError.map { .transport($0) } ?? (isOvertime ? .overtime(settings.timeLimit) : nil)
        return Failure(step: step, reason: ending ?? reason, report: report)
    }

    func failure(_ step: ForeignDeviceStep, _ result: TDIRequester.Result) -> Failure {
        failure(step, .interface(result, insteadOfAnswer: obstacle))
    }

    func failure(_ step: ForeignDeviceStep, _ reason: IDERequester.Failure) -> Failure {
        failure(step, .stream(reason, insteadOfAnswer: obstacle))
    }

    /// Admits what was met, or throws all of it that is not allowed.
    func admit(_ met: [ForeignDeviceReport.Admission], at step: ForeignDeviceStep) throws(Failure) {
        let refused = met.filter { !settings.allowed.contains($0.deviation) }
        guard refused.isEmpty else { throw failure(step, .deviations(refused)) }
        report.admissions += met
    }

    func admit(_ deviation: ForeignDeviation, _ seen: String, at step: ForeignDeviceStep) throws(Failure) {
        try admit([.init(deviation: deviation, seen: seen)], at: step)
    }

    // MARK: Time

    /// Whether there is time for another exchange, or for a pause.
    private func hasTime(for pause: Duration = .zero) -> Bool {
        if settings.clock.now() + pause < deadline { return true }
        isOvertime = true
        return false
    }

    /// From now on what was done is undone. Not again: a way home that fails gets no more time.
    func turnHome() {
        guard !isGoingHome else { return }
        isGoingHome = true
        deadline = max(deadline, settings.clock.now() + settings.homeLimit)
    }

    // MARK: Exchanges

    /// Carries an object; nil when the transport does not, or the time is over.
    func carry(_ object: [UInt8]) async -> [UInt8]? {
        guard transportError == nil, hasTime() else { return nil }
        do throws(TransportError) {
            return try await transport.exchange(object)
        } catch {
            transportError = error
            return nil
        }
    }

    /// Runs an operation of the SPDM requester to its end.
    func perform(_ operation: RequesterOperation) async -> Result<RequesterOutcome, RequesterFailure> {
        // A record that is sealed and never sent would end the session, which the way home needs.
        guard hasTime() else { return .failure(RequesterFailure(.getVersion, .noAnswer)) }
        var step = requester.begin(operation, at: settings.now())
        while true {
            switch step {
            case .send(let message):
                if let answer = await carry(message) {
                    step = requester.receive(answer)
                } else {
                    step = requester.noAnswer()
                }
            case .wait(let microseconds):
                step = await pause(.microseconds(microseconds)) ? requester.waited() : requester.noAnswer()
            case .done(let outcome): return .success(outcome)
            case .failed(let failure): return .failure(failure)
            }
        }
    }

    private func carry(_ message: TransportMessage) async -> TransportMessage? {
        guard let object = try? message.doeObject(), let answer = await carry(object) else { return nil }
        return try? TransportMessage(doeObject: answer.span)
    }

    /// Waits; false when there is nobody to wait for any more.
    func pause(_ duration: Duration) async -> Bool {
        guard isGoingHome || !settings.isInterrupted(), hasTime(for: duration) else { return false }
        do { try await settings.clock.sleep(duration) } catch { return false }
        return true
    }

    /// What comes back for a message of IDE_KM or TDISP.
    enum Answer {
        case payload([UInt8])
        case busy(RequesterFailure)
        case refused(RequesterFailure)
        /// Nobody knows what the device did.
        case silence(RequesterFailure)
        /// There is no session any more.
        case lost(RequesterFailure)
    }

    /// Sends a message of IDE_KM or TDISP, in a session or in the clear.
    func ask(_ payload: [UInt8], _ protocolID: PCIProtocolID, in session: SessionID?) async -> Answer {
        guard let version = requester.negotiated?.version,
            let message = try? VendorDefined.encode(
                .request, version: version, protocolID: protocolID, payload: payload.span)
        else { return .lost(RequesterFailure(.vendorDefined, .notPossible(.notConnected))) }
        switch await perform(.exchange(vendorDefined: message, in: session)) {
        case .success(.exchanged(let bytes)): return Self.answer(bytes, protocolID, isPadded: session == nil)
        case .success: return .refused(RequesterFailure(.vendorDefined, .closed))
        case .failure(let failure): return Self.answer(failure)
        }
    }

    private static func answer(_ bytes: [UInt8], _ protocolID: PCIProtocolID, isPadded: Bool) -> Answer {
        do throws(WireError) {
            let envelope = try envelope(bytes, isPadded: isPadded)
            guard envelope.kind == .response, envelope.protocolID == protocolID else {
                let other = RequesterFailure.Reason.unexpected(
                    field: "protocol ID", expected: "a response of \(protocolID.rawValue)",
                    seen: "\(envelope.kind) of \(envelope.protocolID.rawValue)")
                return .refused(RequesterFailure(.vendorDefined, other))
            }
            return .payload(Array(bytes[envelope.payload]))
        } catch {
            return .refused(RequesterFailure(.vendorDefined, .malformed(error)))
        }
    }

    /// The envelope, without the padding that an object outside a session may have; the error is that of all bytes.
    private static func envelope(_ bytes: [UInt8], isPadded: Bool) throws(WireError) -> VendorDefined {
        do throws(WireError) {
            return try VendorDefined(decoding: bytes.span)
        } catch {
            for padding in stride(from: 1, through: isPadded ? min(3, bytes.count) : 0, by: 1) {
                let unpadded = bytes.span.extracting(first: bytes.count - padding)
                if let envelope = try? VendorDefined(decoding: unpadded) { return envelope }
            }
            throw error
        }
    }

    private static func answer(_ failure: RequesterFailure) -> Answer {
        guard failure.loss == .nothing else { return .lost(failure) }
        return switch failure.reason {
        case .busy: .busy(failure)
        default: failure.isOutcomeUnknown ? .silence(failure) : .refused(failure)
        }
    }

    /// A secret of 32 bytes for a stream.
    func randomKey() -> IDEKey? {
        (try? SecureRandom.secret(count: 32))?.withBytes { bytes in
            IDEKey(aesOrder: InlineArray<32, UInt8> { bytes[$0] })
        }
    }
}

extension ForeignDeviceSettings {
    /// The interface in messages. Segment 0 is not said: devices that know of no segments expect it so.
    var interfaceID: InterfaceID {
        let requester = InterfaceID(requesterID: interface.requesterID)
        return interface.segment == 0 ? requester : InterfaceID(interface) ?? requester
    }
}

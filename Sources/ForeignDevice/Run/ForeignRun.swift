internal import Attestation
internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import SPDMTransport
internal import TDISP

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

    /// The session that everything from its opening on passes in.
    var session: SessionID?
    /// What the measurements were asked under.
    var freshness: Nonce?
    var stream: IDERequester.State
    /// What QUERY was answered.
    var port: IDEKM.QueryResponse?
    var interface: TDIRequester
    var nonce: StartNonce?
    /// Where the device's key is: a slot, or FFh for a provisioned one.
    var slot: UInt8
    /// Whether the interface may be locked.
    var mayBeLocked = false

    init(
        _ settings: ForeignDeviceSettings, _ transport: any DOETransport,
        _ progress: @escaping @Sendable (ForeignDeviceStep, String) -> Void
    ) {
        self.settings = settings
        self.transport = transport
        self.progress = progress
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
        Failure(step: step, reason: transportError.map { .transport($0) } ?? reason, report: report)
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

    // MARK: Exchanges

    /// Carries an object; nil when the transport does not.
    func carry(_ object: [UInt8]) async -> [UInt8]? {
        guard transportError == nil else { return nil }
        do throws(TransportError) {
            return try await transport.exchange(object)
        } catch {
            transportError = error
            return nil
        }
    }

    /// Runs an operation of the SPDM requester to its end.
    func perform(_ operation: RequesterOperation) async -> Result<RequesterOutcome, RequesterFailure> {
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
        guard isGoingHome || !settings.isInterrupted() else { return false }
        do { try await Task.sleep(for: duration) } catch { return false }
        return true
    }

    /// What comes back for a message of IDE_KM or TDISP.
    enum Answer {
        case payload([UInt8])
        case busy
        case refused
        case silence
        /// There is no session any more.
        case lost
    }

    /// Sends a message of IDE_KM or TDISP, in a session or in the clear.
    func ask(_ payload: [UInt8], _ protocolID: PCIProtocolID, in session: SessionID?) async -> Answer {
        guard let version = requester.negotiated?.version,
            let message = try? VendorDefined.encode(
                .request, version: version, protocolID: protocolID, payload: payload.span)
        else { return .lost }
        switch await perform(.exchange(vendorDefined: message, in: session)) {
        case .success(.exchanged(let bytes)):
            guard let envelope = Self.envelope(bytes, isPadded: session == nil), envelope.kind == .response,
                envelope.protocolID == protocolID
            else { return .refused }
            return .payload(Array(bytes[envelope.payload]))
        case .success: return .refused
        case .failure(let failure): return answer(failure)
        }
    }

    private static func envelope(_ bytes: [UInt8], isPadded: Bool) -> VendorDefined? {
        let padding = 0...(isPadded ? min(3, bytes.count) : 0)
        return padding.lazy.compactMap { try? VendorDefined(decoding: bytes.span.extracting(first: bytes.count - $0)) }
            .first
    }

    private func answer(_ failure: RequesterFailure) -> Answer {
        guard failure.loss == .nothing else { return .lost }
        switch failure.reason {
        case .busy: return .busy
        case .refused: return .refused
        default: return failure.isOutcomeUnknown ? .silence : .refused
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

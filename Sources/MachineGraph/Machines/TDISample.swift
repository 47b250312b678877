import PCIe
import SPDM
import TDISP

/// The values that the machine of an interface is stepped with: one device in good order, a session that locks it, and
/// another that does not.
enum TDISample {
    static let session = SessionID(rawValue: 1)
    static let otherSession = SessionID(rawValue: 2)
    static let epoch = TDI.LockEpoch(rawValue: 1)
    static let nonce = StartNonce(InlineArray(repeating: 1))
    static let stream = StreamID(rawValue: 0)
    static let peerStream = StreamID(rawValue: 1)

    static let lock = LockInterfaceRequest(flags: .bindP2P, defaultStream: stream)
    static let report = InterfaceReport(
        info: [.dmaWithoutPASID, .ats],
        ranges: [MMIORange(firstPage: 0, pageCount: 1, attributes: .updatable, id: 0)])

    static let goodOrder = LockContext(
        supportedFlags: .all,
        streams: [
            LockContext.Stream(id: stream, isDefault: true, trafficClass: 0, isKeyed: true, keySession: session)
        ])
    static let debugOpen: LockContext = {
        var context = goodOrder
        context.debugClosed = false
        return context
    }()

    static let requests: [TDI.Request] = [
        .lock(lock), .report(InterfaceReportQuery(offset: 0, length: 64)), .state, .start(nonce), .stop,
        .adjust(.bind(peerStream)), .adjust(.unbind(peerStream)),
        .adjust(
            .setAttribute(SetMMIOAttributeRequest(firstPage: 0, pageCount: 1, nonTEEMemory: true, rangeID: 0))),
    ]

    static let outcomes: [TDI.Outcome] =
        [.inspected(goodOrder), .inspected(debugOpen), .lockPrepared(nonce, epoch, report)]
        + TDI.PreparationFailure.allCases.map(TDI.Outcome.lockNotPrepared) + [
            .nonceConsumed(epoch), .nonceRejected(epoch), .started(epoch), .notStarted(epoch), .adjusted, .notAdjusted,
            .stopped, .notStopped, .secured,
        ]

    static let incidents: [TDI.Incident] = [
        .functionLevelReset, .requesterIDChanged, .configurationChanged(.busMasterDisabled), .streamInsecure(stream),
        .sessionEnded(session), .linkDown, .poisonedData, .dataIntegrityLost, .requestFailed, .untrustedTranslation,
        .untrustedPageResponse, .debugAuthorized, .firmwareForced(FirmwareUpdate(lowersSecurityVersion: true)),
        .contextLost,
    ]
}

import PCIe
import SPDM
import TDISP

/// Every state of a ``TDI`` and every event, as the specification wants it.
///
/// A cell is the letter of the next state, if it is another value than before, and the effect:
/// `=` nothing; `!04` TDISP_ERROR with this code (hexadecimal); `<x` another answer; `>x` work.
enum TDITable {
    static let letters = "UIPLCSRAXFE"

    static let text = """
                               U       I       P       L       C       S       R       A       X       F       E
        A lock                 I>insp  !03     !03     !04     !03     !03     !04     !03     !03     !03     !04
        A report               !04     !03     !03     <rep    !03     !03     <rep    !03     !03     !03     !04
        A report beyond end    !04     !03     !03     !01     !03     !03     !01     !03     !03     !03     !04
        A state                <st0    !03     !03     <st1    !03     !03     <st2    !03     !03     !03     <st3
        A start                !04     !03     !03     C>nonce !03     !03     !04     !03     !03     !03     !04
        A stop                 <stop   !03     !03     X>stop  !03     !03     X>stop  !03     !03     !03     X>stop
        A bind 2               !04     !03     !03     !04     !03     !03     A>adj   !03     !03     !03     !04
        A bind default         !04     !03     !03     !04     !03     !03     !01     !03     !03     !03     !04
        A unbind 2             !04     !03     !03     !04     !03     !03     !01     !03     !03     !03     !04
        A mmio updatable       !04     !03     !03     !04     !03     !03     A>adj   !03     !03     !03     !04
        A mmio fixed           !04     !03     !03     !04     !03     !03     !01     !03     !03     !03     !04
        B lock                 I>insp  !03     !03     !04     !03     !03     !04     !03     !03     !03     !04
        B report               !04     !03     !03     !01     !03     !03     !01     !03     !03     !03     !04
        B state                <st0    !03     !03     <st1    !03     !03     <st2    !03     !03     !03     <st3
        B start                !04     !03     !03     !01     !03     !03     !04     !03     !03     !03     !04
        B stop                 <stop   !03     !03     !01     !03     !03     !01     !03     !03     !03     X>stop
        B bind 2               !04     !03     !03     !04     !03     !03     !01     !03     !03     !03     !04
        inspected sound        =       P>prep  =       =       =       =       =       =       =       =       =
        inspected check 11     =       U!104   =       =       =       =       =       =       =       =       =
        lock prepared          =       =       L<lock  =       =       =       =       =       =       =       =
        no entropy             =       =       U!103   =       =       =       =       =       =       =       =
        not quiesced           =       =       U!05    =       =       =       =       =       =       =       =
        nonce consumed         =       =       =       =       S>start =       =       =       =       =       =
        nonce consumed stale   =       =       =       =       =       =       =       =       =       =       =
        nonce rejected         =       =       =       =       L!102   =       =       =       =       =       =
        nonce rejected stale   =       =       =       =       =       =       =       =       =       =       =
        started                =       =       =       =       =       R<start =       =       =       =       =
        started stale          =       =       =       =       =       =       =       =       =       =       =
        not started            =       =       =       =       =       F>sec   =       =       =       =       =
        not started stale      =       =       =       =       =       =       =       =       =       =       =
        adjusted               =       =       =       =       =       =       =       R<bind  =       =       =
        not adjusted           =       =       =       =       =       =       =       R!01    =       =       =
        stopped                =       =       =       =       =       =       =       =       U<stop  =       =
        not stopped            =       =       =       =       =       =       =       =       F>sec   =       =
        secured                =       =       =       =       =       =       =       =       =       E       =
        FLR                    =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        requester ID           =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        config BAR             =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        config MSI-X           =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        config IDE stream 1    =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        config IDE stream 3    =       =       =       =       =       =       =       =       =       =       =
        config device's own    =       =       =       =       =       =       =       =       =       =       =
        stream 1 insecure      =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        stream 2 insecure      =       =       =       =       =       =       =       F>sec   =       =       =
        stream 3 insecure      =       =       =       =       =       =       =       =       =       =       =
        session A ended        =       U       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        session B ended        =       =       =       =       =       =       =       =       =       =       =
        link down              =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        poisoned data          =       =       =       =       =       =       F>sec   F>sec   =       =       =
        integrity lost         =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        request failed         =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        untrusted translation  =       =       =       =       =       =       F>sec   F>sec   =       =       =
        untrusted page resp.   =       =       =       =       =       =       F>sec   F>sec   =       =       =
        debug authorized       =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        firmware forced        =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        context lost           =       =       P       F>sec   F>sec   F>sec   F>sec   F>sec   =       =       =
        conventional reset     =       U       X>stop  X>stop  X>stop  X>stop  X>stop  X>stop  X>stop  X>stop  X>stop
        recovers by itself     =       =       =       =       =       =       =       =       =       =       X>stop
        """

    static let events: [(name: String, event: TDI.Event)] =
        requests + outcomes.map { ($0.0, .outcome($0.1)) } + incidents.map { ($0.0, .incident($0.1)) }
        + [("conventional reset", .conventionalReset), ("recovers by itself", .recoverFromError)]

    private static let asked: [(String, TDI.Request)] = [
        ("lock", .lock(TDIFixture.lockRequest)),
        ("report", .report(InterfaceReportQuery(offset: 0, length: 64))),
        ("state", .state),
        ("start", .start(TDIFixture.nonce(1))),
        ("stop", .stop),
        ("bind 2", .adjust(TDIFixture.bind2)),
    ]

    private static let askedByOwner: [(String, TDI.Request)] = [
        ("report beyond end", .report(InterfaceReportQuery(offset: 0xFFFF, length: 1))),
        ("bind default", .adjust(.bind(StreamID(rawValue: 1)))),
        ("unbind 2", .adjust(.unbind(StreamID(rawValue: 2)))),
        ("mmio updatable", .adjust(.setAttribute(TDIFixture.openPages))),
        (
            "mmio fixed",
            .adjust(
                .setAttribute(SetMMIOAttributeRequest(firstPage: 0x2000, pageCount: 1, nonTEEMemory: true, rangeID: 2)))
        ),
    ]

    private static let requests: [(String, TDI.Event)] =
        (asked + askedByOwner).map { ("A " + $0.0, .request($0.1, over: TDIFixture.sessionA)) }
        + asked.map { ("B " + $0.0, .request($0.1, over: TDIFixture.sessionB)) }

    private static var faulty: LockContext {
        var context = TDIFixture.context
        context.phantomFunctionsEnabled = true
        return context
    }

    private static let outcomes: [(String, TDI.Outcome)] = [
        ("inspected sound", .inspected(TDIFixture.context)),
        ("inspected check 11", .inspected(faulty)),
        ("lock prepared", .lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, TDIFixture.report)),
        ("no entropy", .lockNotPrepared(.insufficientEntropy)),
        ("not quiesced", .lockNotPrepared(.notQuiesced)),
        ("nonce consumed", .nonceConsumed(TDIFixture.epoch)),
        ("nonce consumed stale", .nonceConsumed(TDIFixture.staleEpoch)),
        ("nonce rejected", .nonceRejected(TDIFixture.epoch)),
        ("nonce rejected stale", .nonceRejected(TDIFixture.staleEpoch)),
        ("started", .started(TDIFixture.epoch)),
        ("started stale", .started(TDIFixture.staleEpoch)),
        ("not started", .notStarted(TDIFixture.epoch)),
        ("not started stale", .notStarted(TDIFixture.staleEpoch)),
        ("adjusted", .adjusted),
        ("not adjusted", .notAdjusted),
        ("stopped", .stopped),
        ("not stopped", .notStopped),
        ("secured", .secured),
    ]

    private static let incidents: [(String, TDI.Incident)] = [
        ("FLR", .functionLevelReset),
        ("requester ID", .requesterIDChanged),
        ("config BAR", .configurationChanged(.baseAddress(0))),
        ("config MSI-X", .configurationChanged(.msiX)),
        ("config IDE stream 1", .configurationChanged(.ideStream(StreamID(rawValue: 1)))),
        ("config IDE stream 3", .configurationChanged(.ideStream(StreamID(rawValue: 3)))),
        ("config device's own", .configurationChanged(.deviceSpecific(offset: 0x40))),
        ("stream 1 insecure", .streamInsecure(StreamID(rawValue: 1))),
        ("stream 2 insecure", .streamInsecure(StreamID(rawValue: 2))),
        ("stream 3 insecure", .streamInsecure(StreamID(rawValue: 3))),
        ("session A ended", .sessionEnded(TDIFixture.sessionA)),
        ("session B ended", .sessionEnded(TDIFixture.sessionB)),
        ("link down", .linkDown),
        ("poisoned data", .poisonedData),
        ("integrity lost", .dataIntegrityLost),
        ("request failed", .requestFailed),
        ("untrusted translation", .untrustedTranslation),
        ("untrusted page resp.", .untrustedPageResponse),
        ("debug authorized", .debugAuthorized),
        ("firmware forced", .firmwareForced(TDIFixture.update)),
        ("context lost", .contextLost),
    ]
}

extension TDITable {
    /// The rows by event: a cell for each state, in the order of ``TDIStart``.
    static let rows: [String: [String]] = {
        let lines = text.split(separator: "\n").dropFirst()
        let rows = lines.map { line in
            let name = line.prefix(23).reversed().drop { $0 == " " }.reversed()
            return (String(name), line.dropFirst(23).split(separator: " ").map(String.init))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }()

    /// Writes what a machine did as a cell.
    static func cell(_ before: TDI, _ transition: TDI.Transition) -> String {
        let position = TDIStart.allCases.firstIndex { $0.name == transition.next.name } ?? 0
        let letter = transition.next == before ? "" : String(Array(letters)[position])
        let cell = letter + word(transition.effect)
        return cell.isEmpty ? "=" : cell
    }

    private static func word(_ effect: TDI.Effect) -> String {
        switch effect {
        case .none: ""
        case .answer(let response): word(response)
        case .inspect: ">insp"
        case .prepareLock: ">prep"
        case .consumeNonce: ">nonce"
        case .start: ">start"
        case .adjust: ">adj"
        case .stop: ">stop"
        case .secure: ">sec"
        }
    }

    private static func word(_ response: TDISPResponse) -> String {
        switch response {
        case .error(let error): "!" + [UInt8(error.code.rawValue >> 8), UInt8(error.code.rawValue & 0xFF)].hex.code
        case .interfaceState(let state): "<st\(state.rawValue)"
        case .interfaceReport: "<rep"
        case .lockInterface: "<lock"
        case .startInterface: "<start"
        case .stopInterface: "<stop"
        case .bindP2PStream: "<bind"
        case .unbindP2PStream: "<unbind"
        case .setMMIOAttribute: "<mmio"
        case .version, .capabilities, .vendorDefined, .unknown: "<?"
        }
    }
}

extension String {
    /// `0104` as `104`, `0004` as `04`.
    fileprivate var code: String { hasPrefix("00") ? String(dropFirst(2)) : String(dropFirst(1)) }
}

internal import PCIe
internal import SPDM
internal import TDISP

/// A device as it really is, whoever knows: its interface, both ends of its IDE stream, its session, and whether it is
/// there.
///
/// Folded, and why nothing is lost: an interface is only ever seen between requests, where it is in one of four states,
/// each of which goes on alike whatever led to it (nonce, epoch and cause differ, and what hangs on them is remembered by
/// ``LaneMemory``). A session or a stream of an earlier connection is never of use again: a new one re-keys both ends.
struct DeviceState: Hashable, Sendable {
    /// The interface.
    var tdi = TDIState.configUnlocked
    /// Whether the stream is Secure at the device.
    var isSecureAtDevice = false
    /// Whether the stream is Secure at the root port.
    var isSecureAtPort = false
    /// Whether the TSM has a session that lives, as far as it knows.
    var isSessionAlive = false
    /// Whether it answers at all.
    var isPresent = true

    /// Whether T=1 gets through the link: both ends hold the keys of the same connection.
    var isSecure: Bool { isSecureAtDevice && isSecureAtPort }
}

/// Values of the shipped machines that a ``DeviceState`` stands for.
enum DeviceValues {
    static let session = SessionID(rawValue: 1)
    static let stream = StreamID(rawValue: 1)
    /// One that the interface is not bound to.
    static let otherStream = StreamID(rawValue: 2)
    static let lockRequest = LockInterfaceRequest(defaultStream: stream)
    static let epoch = TDI.LockEpoch(rawValue: 1)
    /// The nonce of the present lock, and one of a lock that is over.
    static let nonce = StartNonce(InlineArray(repeating: 1))
    static let oldNonce = StartNonce(InlineArray(repeating: 2))
    static let report = InterfaceReport(info: [], ranges: [])

    /// The interface in each of its states, brought there by the shipped machine.
    static func interface(_ state: TDIState) -> TDI {
        switch state {
        case .configUnlocked: .initial
        case .configLocked: locked
        case .run: running
        case .error: failed
        }
    }

    private static let locked = after(
        .initial,
        [
            .request(.lock(lockRequest), over: session), .outcome(.inspected(lockContext(isKeyed: true))),
            .outcome(.lockPrepared(nonce, epoch, report)),
        ])
    private static let running = after(
        locked,
        [.request(.start(nonce), over: session), .outcome(.nonceConsumed(epoch)), .outcome(.started(epoch))])
    private static let failed = after(running, [.incident(.contextLost), .outcome(.secured)])

    private static func after(_ tdi: TDI, _ events: [TDI.Event]) -> TDI {
        events.reduce(tdi) { TDI.step($0, $1).next }
    }

    /// What the device finds when it is to be locked.
    static func lockContext(isKeyed: Bool) -> LockContext {
        LockContext(
            supportedFlags: [],
            streams: [.init(id: stream, isDefault: true, trafficClass: 0, isKeyed: isKeyed, keySession: session)])
    }

    /// A stream end that is Secure, or one without keys: keyed by the shipped machine.
    static func streamEnd(isSecure: Bool) -> IDEStream { isSecure ? secure : .initial }

    private static let secure: IDEStream = {
        let slots = IDEDirection.allCases.flatMap { direction in
            IDESubstream.allCases.map { IDEKeySlot(.k0, direction, $0) }
        }
        let events = [.enable] + slots.map { .keyInstalled($0, by: session) } + slots.map(IDEStream.Event.go)
        return events.reduce(.initial) { IDEStream.step($0, $1).next }
    }()
}

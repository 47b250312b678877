import PCIe
import SPDM
import TDISP

/// The interface that most tests talk about: 3b:00.1, to be locked by session A over stream 1.
enum TDIFixture {
    static let sessionA = SessionID(rawValue: 0xFFFF_0001)
    static let sessionB = SessionID(rawValue: 0xFFFE_0002)
    static let requesterID = RequesterID(bus: 0x3B, device: 0, function: 1)
    static let interfaceID = InterfaceID(requesterID: requesterID)
    static let epoch = TDI.LockEpoch(rawValue: 7)
    static let staleEpoch = TDI.LockEpoch(rawValue: 6)

    static let lockRequest = LockInterfaceRequest(
        flags: [.noFirmwareUpdate, .lockMSIX, .bindP2P], defaultStream: StreamID(rawValue: 1),
        mmioReportingOffset: 0xD000_0000)

    static let report = InterfaceReport(
        info: [.noFirmwareUpdate, .dmaWithoutPASID, .ats], msixMessageControl: 0x8007,
        ranges: [
            MMIORange(firstPage: 0x1000, pageCount: 16, attributes: .updatable, id: 0),
            MMIORange(firstPage: 0x2000, pageCount: 4, attributes: [.msixTable, .msixPendingBits], id: 2),
        ],
        deviceSpecificInfo: [0xCA, 0xFE])

    static let stream = LockContext.Stream(
        id: StreamID(rawValue: 1), isDefault: true, trafficClass: 0, isKeyed: true, keySession: sessionA)

    /// A device in good order.
    static let context = LockContext(supportedFlags: .all, streams: [stream])

    /// A nonce whose bytes count up from `first`.
    static func nonce(_ first: UInt8) -> StartNonce {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in bytes.indices { bytes[index] = first &+ UInt8(index) }
        return StartNonce(bytes)
    }

    /// The nonce of these 32 bytes.
    static func nonce(of bytes: some Collection<UInt8>) -> StartNonce {
        var copy = InlineArray<32, UInt8>(repeating: 0)
        for (index, byte) in zip(copy.indices, bytes) { copy[index] = byte }
        return StartNonce(copy)
    }

    /// An update that the lock request above forbids, and one that no lock permits.
    static let update = FirmwareUpdate(lowersSecurityVersion: false)
    static let downgrade = FirmwareUpdate(lowersSecurityVersion: true)

    static let bind2 = TDI.Adjustment.bind(StreamID(rawValue: 2))

    /// A change inside an updatable range.
    static let openPages = SetMMIOAttributeRequest(firstPage: 0x1004, pageCount: 2, nonTEEMemory: true, rangeID: 0)
}

/// The states of a ``TDI``, each reached by events from power-on.
enum TDIStart: String, CaseIterable {
    case unlocked, inspecting, locking, locked, checkingNonce, starting, run, adjusting, stopping, failing, error

    var tdi: TDI { events.reduce(TDI.initial) { TDI.step($0, $1).next } }

    /// The events that lead here.
    var events: [TDI.Event] {
        switch self {
        case .unlocked: []
        case .inspecting: [.request(.lock(TDIFixture.lockRequest), over: TDIFixture.sessionA)]
        case .locking: Self.inspecting.events + [.outcome(.inspected(TDIFixture.context))]
        case .locked:
            Self.locking.events
                + [.outcome(.lockPrepared(TDIFixture.nonce(1), TDIFixture.epoch, TDIFixture.report))]
        case .checkingNonce: Self.locked.events + [.request(.start(TDIFixture.nonce(1)), over: TDIFixture.sessionA)]
        case .starting: Self.checkingNonce.events + [.outcome(.nonceConsumed(TDIFixture.epoch))]
        case .run: Self.starting.events + [.outcome(.started(TDIFixture.epoch))]
        case .adjusting: Self.run.events + [.request(.adjust(TDIFixture.bind2), over: TDIFixture.sessionA)]
        case .stopping: Self.run.events + [.request(.stop, over: TDIFixture.sessionA)]
        case .failing: Self.run.events + [.incident(.linkDown)]
        case .error: Self.failing.events + [.outcome(.secured)]
        }
    }

    /// The name in the machine's own words.
    var name: TDI.Name {
        switch self {
        case .unlocked: .unlocked
        case .inspecting: .inspecting
        case .locking: .locking
        case .locked: .locked
        case .checkingNonce: .checkingNonce
        case .starting: .starting
        case .run: .run
        case .adjusting: .adjusting
        case .stopping: .stopping
        case .failing: .failing
        case .error: .error
        }
    }
}

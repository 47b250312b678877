public import OpenSSLCrypto
public import PCIe
public import SPDMEndpoints
public import TDISP

/// What is to be done with a foreign device, and what is known of it.
public struct ForeignDeviceSettings: Sendable {
    /// How far it goes.
    public enum Goal: Hashable, Sendable {
        /// Identity and signed measurements, outside a session.
        case attest
        /// All the way to RUN.
        case convert
    }

    /// How far it goes.
    public var goal: Goal
    /// The interface, as the device knows it: the function that TDISP messages name.
    public var interface: FunctionAddress
    /// The function whose port takes the stream keys.
    public var port: FunctionAddress
    /// The number of that port in IDE_KM.
    public var portIndex: UInt8 = 0
    /// The stream.
    public var stream = StreamID(rawValue: 0)
    /// The slot of the certificate chain, 0...7.
    public var slot: UInt8 = 0
    /// What the chain must end in; nil when no root is pinned, which is ``ForeignDeviation/unknownRoot``.
    public var anchor: TrustAnchor?
    /// The device's key as it was provisioned, `SubjectPublicKeyInfo` in DER. A device without certificates is believed by
    /// it; a chain has to be about this key, whatever its root. Nil when none was.
    public var deviceKey: [UInt8]?
    /// A key that both have: the session is opened with it. Certificates are then asked for only where there is an anchor
    /// or a provisioned key to judge them by.
    public var preSharedKey: PreSharedKey?
    /// What this end shows of itself when the device asks; nil for nothing.
    public var identity: (any SlotIdentity)?
    /// What configuration space says the device is; nil when nobody can look.
    public var pciName: PCIDeviceName?
    /// The rules that the device may break.
    public var allowed: Set<ForeignDeviation> = []
    /// Flags of LOCK_INTERFACE; those that the DSM cannot honour are left out.
    public var lockFlags: LockFlags = [.noFirmwareUpdate, .lockMSIX]
    /// Whether the device is also asked what it must refuse: TDISP outside a session, LOCK before the stream has keys,
    /// GET_TDISP_VERSION while locked. What it accepts of that is undone.
    public var probes = false
    /// Whether the interface is stopped and the session ended when RUN was reached. Else both stay, and end with the
    /// transport.
    public var stops = true
    /// Whether somebody wants it to end: it then turns back after the step that is under way.
    public var isInterrupted: @Sendable () -> Bool = { false }
    /// How long a conversation may take until it turns back. An exchange that is under way is left to the transport's limits.
    public var timeLimit: Duration = .seconds(120)
    /// How long the way home may take, however late it begins.
    public var homeLimit: Duration = .seconds(30)
    /// What both are measured by.
    public var clock = ConversationClock.system
    /// Where secrets of sessions are written to.
    public var keyLog: RequesterSettings.KeyLog?
    /// The time, in seconds since 1970-01-01 UTC: certificates are judged by it.
    public var now: @Sendable () -> Int64

    /// Creates settings. The port is function 0 of the interface's device.
    public init(_ goal: Goal, _ interface: FunctionAddress, now: @escaping @Sendable () -> Int64) {
        self.goal = goal
        self.interface = interface
        self.now = now
        let place = interface.requesterID
        port = FunctionAddress(
            segment: interface.segment,
            requesterID: RequesterID(bus: place.bus, device: place.device, function: 0))
    }
}

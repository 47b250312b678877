public import PCIe
public import SPDM

/// The device security manager's TDISP responder: all TDIs of one device behind one mailbox (TDISP 1.0, 11.3).
///
/// Bytes of a request go in, and one effect comes out. A request is checked in this order: secured session, length,
/// version, code, interface, outstanding requests, state, fields. Events that concern the whole device reach each of its
/// interfaces, in order of their addresses.
///
/// The value is the state; it holds no secret.
public struct DSM: Hashable, Sendable {
    /// What GET_TDISP_CAPABILITIES answers, and what bounds the requests in work.
    public let capabilities: DeviceCapabilities
    /// The interfaces, in order of their addresses.
    public private(set) var interfaces: [Interface]

    /// One interface of the device.
    public struct Interface: Hashable, Sendable {
        /// Where it is.
        public internal(set) var address: FunctionAddress
        /// What kind of function it is.
        public let role: Role
        /// Its state.
        public internal(set) var tdi: TDI
        /// The session whose request is being worked on.
        public internal(set) var pending: SessionID?
    }

    /// What kind of function an interface is.
    public enum Role: Hashable, Sendable {
        /// A physical function.
        case physical
        /// A virtual function of this physical function.
        case virtual(of: RequesterID)
    }

    /// What goes in.
    public enum Event: Equatable, Sendable {
        /// The TDISP bytes of a VENDOR_DEFINED_REQUEST; without a session they came in clear.
        case received([UInt8], over: SessionID?)
        /// An effect on an interface ended.
        case completed(TDI.Outcome, on: RequesterID)
        /// Something happened to one function.
        case incident(TDI.Incident, on: RequesterID)
        /// A function is reset by FLR: with a physical function go its virtual functions, with function 0 the sessions.
        case functionLevelReset(RequesterID)
        /// A conventional reset of the device.
        case conventionalReset
        /// The device was moved to another bus.
        case busRenumbered(UInt8)
        /// An IDE stream is not Secure any more, for whatever reason.
        case streamInsecure(StreamID)
        /// An SPDM session ended.
        case sessionEnded(SessionID)
        /// The link went down.
        case linkDown
        /// Debug access was authorized: it opens when this event's work is done.
        case debugAuthorized
        /// Somebody asks to update the firmware.
        case firmwareUpdateRequested(FirmwareUpdate)
        /// The firmware is replaced, asked or not.
        case firmwareForced(FirmwareUpdate)
        /// The DSM failed or lost its state.
        case contextLost
        /// The device chose to leave ERROR on this interface.
        case recoverFromError(RequesterID)
    }

    /// What comes out.
    public enum Effect: Equatable, Sendable {
        /// Nothing.
        case none
        /// Send these TDISP bytes back over the session.
        case respond([UInt8], over: SessionID)
        /// Carry out the effect of each interface; each reports its own outcome. Never `none` or `answer`.
        case perform([Work])
        /// Drop what was received, or what would have been answered.
        case discard(Discard)
        /// Let the firmware update happen.
        case permitFirmwareUpdate
        /// Do not let it happen: this interface is locked against it.
        case refuseFirmwareUpdate(RequesterID)
    }

    /// Work on one interface.
    public struct Work: Equatable, Sendable {
        /// The interface.
        public var interface: RequesterID
        /// What to do.
        public var effect: TDI.Effect

        /// Creates work.
        public init(_ effect: TDI.Effect, on interface: RequesterID) {
            self.interface = interface
            self.effect = effect
        }
    }

    /// Why a message is dropped.
    public enum Discard: Hashable, Sendable, CaseIterable {
        /// It came in clear.
        case notSecured
        /// It is not a request.
        case notARequest
        /// The session that waits for the answer ended.
        case sessionEnded
    }

    /// Exactly one next state and one effect.
    public struct Transition: Equatable, Sendable {
        /// The next state.
        public var next: DSM
        /// What the owner does.
        public var effect: Effect
    }

    /// Creates a DSM after power-on: every interface is CONFIG_UNLOCKED.
    ///
    /// `functions` are the functions that can be TDIs; of two with the same requester ID the first counts.
    public init(capabilities: DeviceCapabilities, functions: [(FunctionAddress, Role)]) {
        self.capabilities = capabilities
        interfaces = []
        for (address, role) in functions.sorted(by: { $0.0 < $1.0 }) where interfaces.last?.address != address {
            interfaces.append(Interface(address: address, role: role, tdi: .unlocked, pending: nil))
        }
    }

    /// Takes an event.
    public static func step(_ dsm: DSM, _ event: Event) -> Transition { Transition(next: dsm, effect: .none) }

    /// The interface with this requester ID.
    public func interface(_ requesterID: RequesterID) -> Interface? {
        interfaces.first { $0.address.requesterID == requesterID }
    }
}

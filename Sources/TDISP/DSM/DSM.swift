public import PCIe
public import SPDM

/// The device security manager's TDISP responder: all TDIs of one device behind the mailbox of function 0 (TDISP 1.0,
/// 11.3).
///
/// Bytes of a request go in, and one effect comes out: answer at once, work on an interface and answer when its outcome
/// comes back, or drop. A request is checked in this order: secured session, length, version, code, interface,
/// outstanding requests, state, fields. Events that concern the whole device reach each of its interfaces, in order of
/// their addresses.
///
/// The value is the state; it holds no secret.
public struct DSM: Hashable, Sendable {
    /// What GET_TDISP_CAPABILITIES answers, and what bounds the requests in work.
    public let capabilities: TDISPCapabilities
    /// Function 0: its mailbox carries all messages, and its reset takes the sessions along.
    public internal(set) var functionZero: RequesterID
    /// The interfaces, in order of their addresses.
    public internal(set) var interfaces: [Interface]

    /// The versions it speaks.
    public static let versions: [TDISPVersion] = [.v1_0]
    /// The optional requests it can take; it has no vendor-defined ones.
    public static let optionalRequests = RequestSet([.bindP2PStream, .unbindP2PStream, .setMMIOAttribute])

    /// One interface of the device.
    public struct Interface: Hashable, Sendable {
        /// Where it is.
        public internal(set) var address: FunctionAddress
        /// What kind of function it is.
        public internal(set) var role: Role
        /// Its state.
        public internal(set) var tdi: TDI
        /// The request that is being worked on.
        public internal(set) var pending: Pending?

        var requesterID: RequesterID { address.requesterID }
    }

    /// A request that is being worked on.
    public struct Pending: Hashable, Sendable {
        /// Who waits for the answer.
        public let session: SessionID
        /// How the request named the interface; the answer repeats it.
        public let interfaceID: InterfaceID
    }

    /// What kind of function an interface is.
    public enum Role: Hashable, Sendable {
        /// A physical function.
        case physical
        /// A virtual function of this physical function.
        case virtual(of: RequesterID)
    }

    /// Exactly one next state and one effect.
    public struct Transition: Equatable, Sendable {
        /// The next state.
        public var next: DSM
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: DSM, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// Creates a DSM after power-on: every interface is CONFIG_UNLOCKED.
    ///
    /// `functions` are the functions that can be TDIs; of two at the same address the first counts. Of `capabilities`
    /// it keeps what it can honour: the mandatory requests and those of ``optionalRequests``, one request in work for
    /// each interface and at least one for the device.
    public init(
        capabilities: TDISPCapabilities, functionZero: RequesterID, functions: [(address: FunctionAddress, role: Role)]
    ) {
        var capabilities = capabilities
        capabilities.requests = capabilities.requests.intersection(Self.optionalRequests).union(.mandatory)
        capabilities.outstandingPerInterface = 1
        capabilities.outstandingPerDevice = max(1, capabilities.outstandingPerDevice)
        self.capabilities = capabilities
        self.functionZero = functionZero
        interfaces = []
        for function in functions where !interfaces.contains(where: { $0.address == function.address }) {
            interfaces.append(Interface(address: function.address, role: function.role, tdi: .initial, pending: nil))
        }
        interfaces.sort { $0.address < $1.address }
    }

    /// Takes an event.
    public static func step(_ dsm: DSM, _ event: Event) -> Transition {
        var next = dsm
        let effect = next.take(event)
        return Transition(next, effect)
    }

    /// The interface with this requester ID.
    public func interface(_ requesterID: RequesterID) -> Interface? {
        interfaces.first { $0.requesterID == requesterID }
    }
}

public import PCIe

/// The host side of IDE_KM: keys one stream between a root port and a device port, refreshes and stops it
/// (PCIe 6.0, 6.33.3). A machine lives as long as its stream.
///
/// ```
///   idle -> querying -> obtainingKey -> programmingDevice -> programmingRootPort
///                            ^                                      | slot by slot, until all six are done
///              refresh       +--------------------------------------+
///                +-------->                                         v
///   secure <- confirming <- enabling <- activatingRootPort <- activatingDevice    receive first, then transmit
///                   (a refresh skips enabling)
///
///   any state -> disabling -> stoppingDevice -> stoppingRootPort -> closed        transmit first, then receive
/// ```
///
/// **Keys.** The device is spoken to by IDE_KM, the root port by the host's own means; a key stands in ``IDEKeySlot/peer``
/// slots of the two. No key comes in here: the owner makes one on ``Effect/obtainKey(_:)``, puts it into KEY_PROG and into
/// the root port when told, and drops it with any effect about another slot. Every slot gets a key of its own.
///
/// **Bounds.** A request is sent again after BUSY, and an idempotent one (QUERY, K_SET_STOP) after a time-out, at most
/// ``IDELink/retries`` times. A KEY_PROG or K_SET_GO without an answer is not repeated: whether it happened is unknown, and
/// the stream is taken down. Every other effect answers with an event, so that the machine always ends in `secure` or
/// `closed`.
///
/// **What arrives late** (an answer to another request, the outcome of an action that was overtaken) is ignored.
public enum IDERequester {
    /// What happens to the requester.
    public enum Event: Hashable, Sendable {
        /// Bring the stream up with this key set.
        case start(IDEKeySet)
        /// Switch to the other key set, with fresh keys.
        case refresh
        /// Take the stream down.
        case stop
        /// The owner holds a fresh key, never used before, for this slot of the device.
        case keyObtained(IDEKeySlot)
        /// There is no key to be had for this slot.
        case keyUnavailable(IDEKeySlot)
        /// The device answered.
        case response(IDEKM.Response)
        /// The device answered SPDM ERROR Busy, and the owner has waited.
        case busy
        /// The device answered another SPDM ERROR, or what is no response.
        case refused
        /// The device did not answer in time.
        case timedOut
        /// The session ended.
        case sessionLost
        /// A host action ended.
        case hostFinished(HostAction, HostOutcome)
        /// What the stream's status registers say, in answer to ``Effect/readStatus``.
        case status(deviceSecure: Bool, rootPortSecure: Bool)
        /// One end was seen Insecure.
        case streamLost
    }

    /// What the host does by its own means: registers and key slots of the root port, Enable bits.
    public enum HostAction: Hashable, Sendable {
        /// Put the key at hand into this slot of the root port.
        case program(IDEKeySlot)
        /// Let the root port use the keys in these of its slots.
        case activate(IDEKeySlots)
        /// Set Enable at the device, then at the root port.
        case enable
        /// Clear Enable at both ends. Idempotent.
        case disable
        /// Make the root port forget the keys in these of its slots. Idempotent.
        case erase(IDEKeySlots)
    }

    /// How a host action ended.
    public enum HostOutcome: Hashable, Sendable, CaseIterable {
        /// Done.
        case succeeded
        /// Not done; nothing of it remains.
        case failed
        /// It may or may not have happened.
        case unknown
    }

    /// What the host does next. The effects from `query` to `readStatus` each end in an event.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Send QUERY.
        case query(IDEKM.Query)
        /// Get a fresh random key for this slot of the device.
        case obtainKey(IDEKeySlot)
        /// Send KEY_PROG with the key at hand.
        case programDevice(IDEKM.KeyProgram)
        /// Send K_SET_GO.
        case activateDevice(IDEKM.KeySetControl)
        /// Send K_SET_STOP.
        case stopDevice(IDEKM.KeySetControl)
        /// Act on the root port or the Enable bits.
        case host(HostAction)
        /// Read the status at both ends; wait for Secure up to the bound.
        case readStatus
        /// Tell the owner.
        case report(Report)
        /// Not possible in this state. Nothing changed.
        case refuse
    }

    /// What the owner is told.
    public enum Report: Hashable, Sendable {
        /// Both ends are Secure with this key set.
        case secure(IDEKeySet)
        /// The new keys were refused before any was used; the old ones still stand.
        case refreshFailed(Failure)
        /// The stream is down.
        case closed(Closed)
    }

    /// Why a stream could not be keyed, or was lost.
    public enum Failure: Hashable, Sendable {
        /// QUERY was answered for another function, or for a port above the device's highest.
        case otherDevice
        /// The port has no selective streams or takes no keys.
        case notCapable
        /// The owner had no key.
        case noKey
        /// The device was busy too often.
        case busy
        /// The device refused a key with this status.
        case keyRefused(IDEKM.KeyProgramAck.Status)
        /// The device refused a request.
        case refused
        /// The device did not answer a request that changes nothing.
        case timedOut
        /// An action on the root port or the Enable bits failed.
        case hostFailed
        /// An end did not become Secure.
        case notSecure
        /// The session ended.
        case sessionLost
        /// One end was seen Insecure.
        case streamLost
        /// A step may or may not have happened.
        case outcomeUnknown
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: State
        /// What the host does next.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: State, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    /// A stream whose blocks are configured at both ends, with Enable clear and no keys.
    public static func initial(_ link: IDELink) -> State { .idle(Idle(link: link)) }

    /// Takes an event.
    public static func step(_ state: State, _ event: Event) -> Transition {
        switch state {
        case .idle(let idle): idle.step(event)
        case .querying(let querying): querying.step(event)
        case .obtainingKey(let keying): keying.stepObtaining(event)
        case .programmingDevice(let keying): keying.stepProgrammingDevice(event)
        case .programmingRootPort(let keying): keying.stepProgrammingRootPort(event)
        case .activatingDevice(let activating): activating.stepDevice(event)
        case .activatingRootPort(let activating): activating.stepRootPort(event)
        case .enabling(let run): run.stepEnabling(event)
        case .confirming(let run): run.stepConfirming(event)
        case .secure(let secure): secure.step(event)
        case .disabling(let disabling): disabling.step(event)
        case .stoppingDevice(let stopping): stopping.stepDevice(event)
        case .stoppingRootPort(let stopping): stopping.stepRootPort(event)
        case .closed(let closed): closed.step(event)
        }
    }
}

/// The stream that is keyed, and the bounds.
public struct IDELink: Hashable, Sendable {
    /// Port of the device.
    public let portIndex: UInt8
    /// Stream ID, the same at both ends.
    public let streamID: StreamID
    /// The function that must answer for the port.
    public let device: FunctionAddress
    /// How often a request is sent again.
    public let retries: UInt8

    /// Creates a link.
    public init(portIndex: UInt8, streamID: StreamID, device: FunctionAddress, retries: UInt8 = 3) {
        self.portIndex = portIndex
        self.streamID = streamID
        self.device = device
        self.retries = retries
    }

    /// The fields of K_SET_GO or K_SET_STOP for a slot of the device.
    func control(_ slot: IDEKeySlot) -> IDEKM.KeySetControl {
        IDEKM.KeySetControl(streamID: streamID, keySubStream: IDEKM.KeySubStream(slot), portIndex: portIndex)
    }

    /// The fields of KEY_PROG for a slot of the device.
    func keyProgram(_ slot: IDEKeySlot) -> IDEKM.KeyProgram {
        IDEKM.KeyProgram(streamID: streamID, keySubStream: IDEKM.KeySubStream(slot), portIndex: portIndex)
    }
}

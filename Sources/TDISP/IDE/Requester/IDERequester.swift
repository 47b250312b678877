public import PCIe

/// The host side of IDE_KM: keys one stream between a root port and a device port, refreshes and stops it
/// (PCIe 6.0, 6.33.3).
///
/// The device is spoken to by IDE_KM, the root port by the host's own means. Both hold the same keys in
/// ``IDEKeySlot/peer`` slots. Key bytes stay with the owner, from ``Effect/obtainKey(_:)`` until
/// ``Effect/programRootPort(_:)`` is done or anything but a repeated KEY_PROG comes.
public enum IDERequester {
    /// The stream that is keyed, and the bounds.
    public struct Link: Hashable, Sendable {
        /// Port of the device.
        public var portIndex: UInt8
        /// Stream ID at both ends.
        public var streamID: UInt8
        /// The function that must answer for the port.
        public var device: FunctionAddress
        /// How often a request may be sent again after BUSY, and an idempotent one (QUERY, K_SET_STOP) after a time-out.
        public var retries: UInt8

        /// Creates a link.
        public init(portIndex: UInt8, streamID: UInt8, device: FunctionAddress, retries: UInt8 = 3) {
            self.portIndex = portIndex
            self.streamID = streamID
            self.device = device
            self.retries = retries
        }
    }

    /// What happens to the requester.
    public enum Event: Hashable, Sendable {
        /// Bring the stream up with this key set.
        case start(IDEKeySet)
        /// Switch to the other key set, with fresh keys.
        case refresh
        /// Take the stream down.
        case stop
        /// The owner holds a fresh key, never used before.
        case keyObtained
        /// There is no key to be had.
        case keyUnavailable
        /// The device answered.
        case response(IDEKM.Response)
        /// The device answered BUSY; the owner has waited.
        case busy
        /// The device answered with another SPDM ERROR, or with what is no response.
        case refused
        /// The device did not answer in time.
        case timedOut
        /// The session ended.
        case sessionLost
        /// The root port or the stream's registers did as told.
        case hostSucceeded
        /// They did not, and nothing of it remains.
        case hostFailed
        /// Whether they did is not known.
        case hostOutcomeUnknown
        /// What the stream's status registers say.
        case status(deviceSecure: Bool, rootPortSecure: Bool)
        /// One end was seen Insecure.
        case streamLost
    }

    /// What the host does next. Every effect but `none`, `refuse` and `report` ends in an event.
    public enum Effect: Hashable, Sendable {
        /// Nothing.
        case none
        /// Send the request in the session; KEY_PROG with the key that was obtained for its slot.
        case send(IDEKM.Request)
        /// Get a fresh random key for this slot of the device: ``Event/keyObtained`` or ``Event/keyUnavailable``.
        case obtainKey(IDEKeySlot)
        /// Put the key at hand into this slot of the root port, and drop it.
        case programRootPort(IDEKeySlot)
        /// Let the root port use the keys in these slots.
        case activateRootPort(IDEKeySlots)
        /// Set Enable at the device, then at the root port.
        case enableStream
        /// Read the status at both ends, waiting up to the bound for Secure: ``Event/status(deviceSecure:rootPortSecure:)``.
        case readStatus
        /// Clear Enable at both ends. Idempotent.
        case disableStream
        /// Make the root port forget the keys in these slots. Idempotent.
        case stopRootPort(IDEKeySlots)
        /// Tell the owner.
        case report(Report)
        /// Not in this state; nothing changed.
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
        /// QUERY was answered for another function.
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
        /// The root port or the stream's registers failed.
        case hostFailed
        /// An end did not become Secure.
        case notSecure
        /// The session ended.
        case sessionLost
        /// One end was seen Insecure.
        case streamLost
        /// A step may or may not have happened; it is not repeated.
        case outcomeUnknown
    }

    /// How a stream ended.
    public struct Closed: Hashable, Sendable {
        /// Why; nil when it was stopped on request.
        public var failure: Failure?
        /// Whether both ends are known to have stopped.
        public var isConfirmed: Bool
    }
}

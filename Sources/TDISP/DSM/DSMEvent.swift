public import PCIe
public import SPDM

extension DSM {
    /// What goes in.
    public enum Event: Equatable, Sendable {
        /// The TDISP bytes of a VENDOR_DEFINED_REQUEST; without a session they came in clear.
        case received([UInt8], over: SessionID?)
        /// An effect on an interface ended.
        case completed(TDI.Outcome, on: RequesterID)
        /// Something happened to one function, be it a TDI or not.
        case incident(TDI.Incident, on: RequesterID)
        /// Something happened to the whole device.
        case deviceIncident(TDI.Incident)
        /// A conventional reset of the device.
        case conventionalReset
        /// The device is on another bus now.
        case busRenumbered(UInt8)
        /// Somebody asks to update the firmware.
        case firmwareUpdateRequested(FirmwareUpdate)
        /// The device chose to bring this interface out of ERROR by itself.
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
        /// It came in clear. TDISP is not spoken outside a secured session.
        case notSecured
        /// The session that waits for the answer ended.
        case sessionEnded
    }
}

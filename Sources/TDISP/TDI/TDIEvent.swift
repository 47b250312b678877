public import PCIe
public import SPDM

extension TDI {
    /// What goes into the machine.
    public enum Event: Equatable, Sendable {
        /// A request arrived over this session. Its length, version, code and interface were checked.
        case request(Request, over: SessionID)
        /// An effect ended.
        case outcome(Outcome)
        /// Something happened that may break private operation.
        case incident(Incident)
        /// A conventional reset (cold, warm, hot). It ends every effect that is still being carried out; no outcome of
        /// one is reported after it.
        case conventionalReset
        /// The device chose to leave ERROR by itself.
        case recoverFromError
    }

    /// How an effect ended.
    public enum Outcome: Equatable, Sendable {
        /// ``Effect/inspect``: what the device knows about itself.
        case inspected(LockContext)
        /// ``Effect/prepareLock(_:)``: quiet, latched, reported; a fresh nonce was drawn and is kept by its epoch.
        case lockPrepared(StartNonce, LockEpoch, InterfaceReport)
        /// ``Effect/prepareLock(_:)``: could not be done, and was undone.
        case lockNotPrepared(PreparationFailure)
        /// ``Effect/consumeNonce(_:of:)``: equal, and destroyed.
        case nonceConsumed(LockEpoch)
        /// ``Effect/consumeNonce(_:of:)``: not equal, and still there.
        case nonceRejected(LockEpoch)
        /// ``Effect/start(_:)``: private operation is enabled.
        case started(LockEpoch)
        /// ``Effect/start(_:)``: it is not.
        case notStarted(LockEpoch)
        /// ``Effect/adjust(_:)``: done.
        case adjusted
        /// ``Effect/adjust(_:)``: a precondition does not hold; nothing changed.
        case notAdjusted
        /// ``Effect/stop(_:)``: silent and clean.
        case stopped
        /// ``Effect/stop(_:)``: not provably so.
        case notStopped
        /// ``Effect/secure(_:)``: done.
        case secured
    }

    /// Why a lock could not be prepared.
    public enum PreparationFailure: Hashable, Sendable, CaseIterable {
        /// No random bits for a nonce.
        case insufficientEntropy
        /// Activity did not end, or resources are missing.
        case notQuiesced
    }

    /// What happens on or to the device that may break private operation (TDISP 1.0, 11.2).
    public enum Incident: Hashable, Sendable {
        /// This function, or the physical function it belongs to, is reset by FLR.
        case functionLevelReset
        /// The bus number, and so the requester ID, changes.
        case requesterIDChanged
        /// A configuration write changes a register that is watched.
        case configurationChanged(TrackedChange)
        /// An IDE stream is not Secure any more.
        case streamInsecure(StreamID)
        /// An SPDM session ended: closed, heartbeat lost, keys lost.
        case sessionEnded(SessionID)
        /// The link went down, did not retrain or was disabled.
        case linkDown
        /// A poisoned TLP was received for the interface and cannot be recovered from.
        case poisonedData
        /// Another loss of data integrity.
        case dataIntegrityLost
        /// A request of the interface got UR, CA or no completion, and cannot be recovered.
        case requestFailed
        /// A translation completion came back with T=0.
        case untrustedTranslation
        /// A page request group response came with T=0 or on a stream that is not bound.
        case untrustedPageResponse
        /// Debug access was authorized and is about to open.
        case debugAuthorized
        /// Firmware is replaced although it was refused.
        case firmwareForced(FirmwareUpdate)
        /// The DSM failed, or a power state lost what the interface needs.
        case contextLost
    }
}

/// A firmware update that somebody wants to apply to the device.
public struct FirmwareUpdate: Hashable, Sendable {
    /// Whether the new image has a lower security version than the one that runs.
    public var lowersSecurityVersion: Bool

    /// Creates an update.
    public init(lowersSecurityVersion: Bool) { self.lowersSecurityVersion = lowersSecurityVersion }
}

public import SPDM

/// What LOCK fixed: who locked the interface, under which terms, and what the device reported. Same from LOCK until the
/// TDI leaves CONFIG_LOCKED and RUN.
public struct TDILock: Hashable, Sendable {
    /// Names the lock and its nonce.
    public let epoch: TDI.LockEpoch
    /// The session that locked it. Only this session may read its report, start it or stop it while it is locked.
    public let session: SessionID
    /// The terms.
    public let request: LockInterfaceRequest
    /// What the device reports.
    public let report: InterfaceReport

    /// Creates a lock.
    public init(epoch: TDI.LockEpoch, session: SessionID, request: LockInterfaceRequest, report: InterfaceReport) {
        self.epoch = epoch
        self.session = session
        self.request = request
        self.report = report
    }
}

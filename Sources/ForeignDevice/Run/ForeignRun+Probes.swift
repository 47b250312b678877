internal import SPDM
internal import TDISP

extension ForeignRun {
    /// Asks the state outside any session, which changes nothing: a device must not answer.
    func probeOutsideSession() async throws(Failure) {
        let request = TDISPRequest.getInterfaceState.encoded(to: interface.interfaceID)
        switch await ask(request, .tdisp, in: nil) {
        case .payload: try admit(.plainTDISP, "GET_DEVICE_INTERFACE_STATE", at: .probe)
        case .busy, .refused: try done(.probe, "TDISP outside a session is refused")
        case .silence(let reason), .lost(let reason): throw failure(.probe, .spdm(reason))
        }
    }

    /// Asks for a lock while the stream has no keys, which a device must refuse; what it grants is given back.
    func probeLockWithoutKeys() async throws(Failure) {
        let result = await driveInterface(.lock(LockInterfaceRequest(defaultStream: settings.stream)))
        switch result {
        case .refused: try done(.probe, "LOCK without keys is refused")
        case .locked:
            try admit(.lockWithoutKeys, "CONFIG_LOCKED", at: .probe)
            try await stopInterface()
        default: throw failure(.probe, result)
        }
    }

    /// Locks once more and asks for the version, which must not end the lock.
    func probeVersionWhileLocked() async throws(Failure) {
        let locked = await driveInterface(.lock(LockInterfaceRequest(defaultStream: settings.stream)))
        guard case .locked = locked else { throw failure(.probe, locked) }
        _ = await driveInterface(.negotiate)
        let result = await driveInterface(.queryState)
        switch result {
        case .state(.configLocked):
            try done(.probe, "GET_TDISP_VERSION leaves a lock alone")
            try await stopInterface()
        case .state(let state):
            mayBeLocked = state != .configUnlocked
            try admit(.versionEndsLock, "\(state) after GET_TDISP_VERSION", at: .probe)
        default: throw failure(.probe, result)
        }
    }
}

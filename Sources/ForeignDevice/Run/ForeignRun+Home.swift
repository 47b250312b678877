internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

extension ForeignRun {
    /// Ends the session.
    func endSession() async throws(Failure) {
        guard let session else { return }
        switch await perform(.endSession(session, clearsNegotiatedState: false)) {
        case .success:
            self.session = nil
            mayHaveSession = false
            try done(.endSession, "session \(session)")
        case .failure(let reason): throw failure(.endSession, .spdm(reason))
        }
    }

    /// Undoes what was done, after a failure: STOP, K_SET_STOP, END_SESSION, as far as the device still answers.
    ///
    /// Gives what could not be confirmed, a line each.
    func goHome() async -> [String] {
        turnHome()
        guard session != nil else { return await endHandshake() }
        guard isSessionAlive else {
            return (mayBeLocked ? ["the interface may still be locked"] : [])
                + (holdsKeys ? ["the stream may still have keys"] : []) + ["the session was not ended"]
        }
        var leftovers: [String] = []
        if mayBeLocked {
            let result = await driveInterface(.revoke)
            if case .stopped = result {
            } else {
                leftovers.append("the interface may still be locked: \(failure(.stop, result).reason)")
            }
        }
        if holdsKeys {
            do throws(Failure) { try await stopStream() } catch {
                leftovers.append("the stream may still have keys: \(error.reason)")
            }
        }
        do throws(Failure) { try await endSession() } catch { leftovers.append("the session was not ended") }
        return leftovers
    }

    /// Ends a session that was not opened to the end: END_SESSION cannot name it, GET_VERSION ends them all.
    private func endHandshake() async -> [String] {
        guard mayHaveSession else { return [] }
        if case .success = await perform(.connect) { mayHaveSession = false }
        return mayHaveSession ? ["the device may still hold a session"] : []
    }

    /// Whether the device may have keys of the stream.
    private var holdsKeys: Bool {
        switch stream {
        case .idle, .querying: false
        case .closed(let closed): !closed.isConfirmed
        case .obtainingKey, .programmingDevice, .programmingRootPort, .activatingDevice, .activatingRootPort, .enabling,
            .confirming, .secure, .disabling, .stoppingDevice, .stoppingRootPort:
            true
        }
    }
}

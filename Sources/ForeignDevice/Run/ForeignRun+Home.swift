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
            try done(.endSession, "session \(session)")
        case .failure(let reason): throw failure(.endSession, .spdm(reason))
        }
    }

    /// Undoes what was done, after a failure: STOP, K_SET_STOP, END_SESSION, as far as the device still answers.
    ///
    /// Gives what could not be confirmed, a line each.
    func goHome() async -> [String] {
        isGoingHome = true
        guard session != nil else { return [] }
        guard isSessionAlive else {
            return (mayBeLocked ? ["the interface may still be locked"] : [])
                + (holdsKeys ? ["the stream may still have keys"] : []) + ["the session was not ended"]
        }
        var leftovers: [String] = []
        if mayBeLocked {
            let result = await driveInterface(.revoke)
            if case .stopped = result {} else { leftovers.append("the interface may still be locked: \(result.words)") }
        }
        if holdsKeys {
            do throws(Failure) { try await stopStream() } catch { leftovers.append("the stream may still have keys") }
        }
        do throws(Failure) { try await endSession() } catch { leftovers.append("the session was not ended") }
        return leftovers
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

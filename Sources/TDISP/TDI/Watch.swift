internal import PCIe
internal import SPDM

extension TDI {
    /// What a locked interface holds on to, and so what can break it.
    struct Watch {
        /// The session that locked it.
        let session: SessionID
        /// The terms.
        let flags: LockFlags
        /// The streams it is bound to.
        let streams: Set<StreamID>
        /// Whether the MSI-X table is locked.
        let locksMSIX: Bool
        /// Whether it is in RUN, where received data counts.
        let runs: Bool

        /// While the lock is prepared nobody knows yet what the report will lock, so MSI-X counts as locked.
        init(_ state: Locking) {
            session = state.session
            flags = state.request.flags
            streams = [state.request.defaultStream]
            locksMSIX = true
            runs = false
        }

        /// Locked, not running.
        init(_ lock: TDILock) { self.init(lock, peers: [], runs: false) }

        init(_ state: Running) { self.init(state.lock, peers: state.p2pStreams, runs: true) }

        /// A stream that is being bound, or not unbound yet, counts as bound.
        init(_ state: Adjusting) {
            let after = state.running.applying(state.adjustment)
            self.init(after.lock, peers: state.running.p2pStreams.union(after.p2pStreams), runs: true)
        }

        private init(_ lock: TDILock, peers: Set<StreamID>, runs: Bool) {
            session = lock.session
            flags = lock.request.flags
            streams = peers.union([lock.request.defaultStream])
            locksMSIX = lock.report.locksMSIX
            self.runs = runs
        }

        /// Whether the terms forbid this update (TDISP 1.0, NO_FW_UPDATE; without it a security version may not go
        /// down).
        func forbids(_ update: FirmwareUpdate) -> Bool {
            flags.contains(.noFirmwareUpdate) || update.lowersSecurityVersion
        }
    }
}

extension TDI.Incident {
    /// Whether it takes an interface that holds on to this to ERROR (TDISP 1.0, 11.2).
    func breaks(_ watch: TDI.Watch) -> Bool {
        switch self {
        case .functionLevelReset, .requesterIDChanged, .linkDown, .dataIntegrityLost, .requestFailed, .debugAuthorized,
            .contextLost:
            true
        case .poisonedData, .untrustedTranslation, .untrustedPageResponse: watch.runs
        case .configurationChanged(let change): change.breaks(watch)
        case .streamInsecure(let stream): watch.streams.contains(stream)
        case .sessionEnded(let session): session == watch.session
        case .firmwareForced(let update): watch.forbids(update)
        }
    }
}

extension TrackedChange {
    /// Whether the change takes an interface that holds on to this to ERROR. What the specification leaves to the
    /// device this one allows: drivers write to such registers in ordinary operation.
    fileprivate func breaks(_ watch: TDI.Watch) -> Bool {
        switch self {
        case .memorySpaceDisabled, .busMasterDisabled, .bist, .baseAddress, .expansionROM, .functionLevelReset,
            .extendedTag, .phantomFunctions, .noSnoop, .tagRequester, .powerStateLosingContext, .lockedCapability,
            .unclassifiable:
            true
        case .msiX: watch.locksMSIX
        case .ideStream(let stream): watch.streams.contains(stream)
        case .deviceSpecific: false
        }
    }
}

import PCIe

/// What a platform says for itself. The rest is TDISP's own and the same for all: T=1 comes only from RUN; nothing
/// comes from CONFIG_LOCKED and ERROR.
struct RoutingTable: Hashable {
    /// T=0 of the host's own functions.
    let available: RoutingCell
    /// T=0 in a VM, in CONFIG_UNLOCKED.
    let attached: RoutingCell
    /// T=1 in RUN.
    let running: RoutingCell
    /// T=0 in RUN.
    let runningUntrusted: RoutingCell
    /// T=1 requests in RUN apart from DMA.
    let requests: RunningRequests

    struct RunningRequests: Hashable {
        let translation: RequestCell
        let page: RequestCell
        let peer: RequestCell
        let lockedInterrupt: RequestCell
    }

    func cell(_ standing: Standing, _ tBit: TBit, canBeTrusted: Bool = true) -> RoutingCell {
        switch (standing, tBit) {
        case (.host, .untrusted): canBeTrusted ? available : .host(.host, .ordinaryDevice)
        case (.unlocked, .untrusted): canBeTrusted ? attached : attachedForGood
        case (.run, .trusted): running
        case (.run, .untrusted): runningUntrusted
        case (.host, .trusted), (.unlocked, .trusted): RoutingCell(.refused(.noTrustedDMAWithoutRun), .tdisp)
        case (.locked, .untrusted): RoutingCell(.refused(.silentWhenLockedOrFailed), .assumedClosed)
        case (.locked, .trusted), (.error, .untrusted), (.error, .trusted):
            RoutingCell(.refused(.silentWhenLockedOrFailed), .tdisp)
        }
    }

    func cell(_ kind: RequestKind, _ standing: Standing, _ tBit: TBit) -> RequestCell {
        switch (standing, tBit) {
        case (.host, .untrusted), (.unlocked, .untrusted): unlocked(kind)
        case (.run, .trusted): running(kind)
        case (.run, .untrusted): runningUntrusted(kind)
        case (.locked, .untrusted): locked(kind)
        case (.host, .trusted), (.unlocked, .trusted), (.locked, .trusted), (.error, .untrusted), (.error, .trusted):
            kind == .nonTEEMMIO ? .open(.tdisp) : .closed(.tdisp)
        }
    }

    /// T=0 in a VM of a function that can never be trusted: translated also where that of others is not.
    private var attachedForGood: RoutingCell {
        switch attached.passage {
        case .walked, .refused: attached
        case .notTranslated: .host(.shared, .ordinaryDevice)
        }
    }

    private func unlocked(_ kind: RequestKind) -> RequestCell {
        switch kind {
        case .interrupt, .lockedInterrupt, .mmio, .nonTEEMMIO: .open(.ordinaryDevice)
        case .translation, .page:
            switch attached.passage {
            case .walked: .open(.ordinaryDevice)
            case .notTranslated, .refused: .closed(attached.source)
            }
        case .peer: .closed(.assumedClosed)
        }
    }

    private func locked(_ kind: RequestKind) -> RequestCell {
        switch kind {
        case .interrupt, .lockedInterrupt, .nonTEEMMIO: .open(.tdisp)
        case .translation, .page, .peer, .mmio: .closed(.tdisp)
        }
    }

    private func running(_ kind: RequestKind) -> RequestCell {
        switch kind {
        case .interrupt: .closed(.tdisp)
        case .lockedInterrupt: requests.lockedInterrupt
        case .translation: requests.translation
        case .page: requests.page
        case .peer: requests.peer
        case .mmio, .nonTEEMMIO: .open(.tdisp)
        }
    }

    private func runningUntrusted(_ kind: RequestKind) -> RequestCell {
        switch kind {
        case .interrupt, .nonTEEMMIO: .open(.tdisp)
        case .lockedInterrupt, .translation, .page, .peer, .mmio: .closed(.tdisp)
        }
    }
}

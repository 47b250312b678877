internal import Assignment
internal import TDISP

/// What a judge remembers of a lane beside what is there to be seen: what was shown, proven and left open.
struct LaneMemory: Hashable, Sendable {
    /// How far the evidence of the present lock came: 1 collected, 2 judged, 3 confirmed once more, 4 accepted.
    var evidence: UInt8 = 0
    /// The interface was locked since the stream's keys last changed.
    var hasOldKeys = false
    /// Whether it is known who it is.
    var identity = Identity.unasked
    /// What a VM did to the device that the next owner must not find.
    var use = Use.clean
    /// The interface left CONFIG_UNLOCKED, and nothing has confirmed that it is back.
    var isUnlockOwed = false
    /// T=1 of it faulted where the platform fences its VM off then, and it was not stopped since.
    var isFenceOwed = false
    /// Somebody else locked the interface: nobody made way for that, and nobody knows until it is noticed.
    var isLockedUnasked = false
    /// In RUN it took an answer to a page request that was not its own.
    var isMisled = false
    /// Granting effects that may have happened, and that nothing has undone since.
    var doubtful: Doubts = []

    enum Use: UInt8, Hashable, Sendable {
        case clean
        /// A VM had it since the last proven reset.
        case used
        /// It was reset since, and that is not proven.
        case reset
    }

    enum Identity: UInt8, Hashable, Sendable {
        /// It was not locked for a VM, and nobody has to know.
        case unasked
        /// It was locked, or reset since, and was not asked behind that.
        case unknown
        /// It was asked behind its last reset.
        case known
    }

    struct Doubts: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let attach = Doubts(rawValue: 1)
        static let restoreMappings = Doubts(rawValue: 2)
        static let bindGuestDriver = Doubts(rawValue: 4)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The doubt about an effect; empty for those that grant nothing, and for the connection, which has a machine and
        /// rules of its own.
        init(_ effect: EffectName) {
            let granting: [EffectName] = [
                .attach, .restoreMappings, .bindGuestDriver, .lock, .accept, .rekey, .returnHostDriver,
            ]
            rawValue = granting.firstIndex(of: effect).map { 1 << UInt8($0) } ?? 0
        }
    }

    // MARK: What happened

    /// It was reset: what a VM did is undone, if that is proven, and who comes back is not known.
    mutating func reset() {
        if use == .used { use = .reset }
        if identity == .known { identity = .unknown }
    }

    /// A granting effect was left without an outcome.
    mutating func doubt(_ effect: EffectName) { doubtful.formUnion(Doubts(effect)) }

    /// An outcome of an effect was heard.
    mutating func hear(_ effect: AssignmentEffect, _ event: AssignmentEvent) {
        switch event {
        case .finished(_, .succeeded): succeeded(effect)
        case .finished(let name, .unknown), .restarted(let name): doubt(name)
        case .answered(let state):
            doubtful = []
            if state == .configUnlocked { unlocked() }
        case .finished(_, .failed), .convert, .release, .recover, .cancel, .observed, .foundShut: break
        }
    }

    private mutating func succeeded(_ effect: AssignmentEffect) {
        switch effect {
        case .stop, .reset(.conventional): unlocked()
        case .proveReturn: if use == .reset { use = .clean }
        case .compareIdentity, .adoptIdentity: if identity == .unknown { identity = .known }
        case .returnHostDriver: identity = .unasked
        case .detach: doubtful.subtract([.attach, .restoreMappings])
        case .unbindGuestDriver: doubtful.subtract(.bindGuestDriver)
        case .none, .refuse, .releaseHostDriver, .requireConnection, .attach, .drainDMA, .saveLedger, .dropMappings,
            .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate, .cut, .askState,
            .reset(.function), .pause, .restoreConfiguration, .restoreMappings,
            .rekey:
            break
        }
    }

    private mutating func unlocked() {
        isUnlockOwed = false
        evidence = 0
        doubtful = []
    }

    /// The interface was locked: what was shown before is of another lock.
    mutating func locked() {
        evidence = 0
        hasOldKeys = true
        identity = .unknown
        isUnlockOwed = true
    }
}

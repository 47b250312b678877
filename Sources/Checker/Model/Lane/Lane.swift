internal import IOMMU
internal import TDISP

/// One device as the checker sees it: the engine's state and its connection's, the device and the platform as they
/// really are, and what a judge has to remember.
///
/// Folded, and why nothing is lost:
/// - An effect is carried out and its outcome heard in one step. Whatever comes between the two either commutes with one
///   of them, or overtakes the outcome: that is a step of its own, with the effect carried out before it or never.
/// - An outcome that comes too late is none of the owner's: it goes by tickets. That the engine drops one that its state
///   does not wait for is checked on every state.
/// - A manager that dies is back in the same step: what happens while it is away could have happened before, unnoticed.
/// - A device uses the page that is converted as soon as it can: traces that it has not left yet forbid nothing.
/// - What was noticed is not stored: as long as something is so, it may be noticed, at any time or never.
/// - Whether a VM runs is not stored: one that does not only refuses what it is asked, as any may at any time, and that it
///   has stopped may be noticed at any time.
/// - Bus mastering is what drivers make of it: that somebody else switches it off breaks a lock, and it may be on again.
struct Lane: Hashable, Sendable {
    /// Who is there to hear and to order.
    enum Manager: UInt8, Hashable, Sendable {
        case running
        /// It is back, its cuts come first, and what became of the connection is not known to it yet.
        case resuming
        /// It knows, and brings the connection to rest before anything else.
        case settling
    }

    /// The assignment, by the number of its shape.
    var assignment: UInt16
    /// The connection, by the number of its shape.
    var connection: UInt16
    var manager = Manager.running
    /// Whether it is function 0 of its device, whose FLR ends session and stream.
    var isFunctionZero: Bool
    /// Whether the pending effect has been asked of what it shares with its siblings, or done to it.
    var isUnderWay = false
    /// Whether it takes up a stream of its bridge. Not counted where there are enough for all.
    var holdsStream = false
    /// How many faults may still happen, where they are counted.
    var faultsLeft: UInt8 = 0
    var device = DeviceState()
    var platform = PlatformState()
    /// The VM whose pages the platform's state is about: the one that has the device, and any that left traces.
    var vm: UInt8?
    /// Whether the hypervisor has the device in that VM.
    var isInDomain = false
    var hasHostDriver = true
    var hasGuestDriver = false
    var memory = LaneMemory()

    /// Whether T=1 gets through on the platform's side: the entry is open, and the root port takes what comes.
    var isTrustedOpen: Bool {
        platform.standing == .run && platform.isTrustedOpen && device.isSecureAtPort && platform.isBusMaster
    }

    /// Forgets what is of no use any more: a VM that has nothing to do with it, the evidence of a lock that is over.
    mutating func settle() {
        switch device.tdi {
        case .configUnlocked: (memory.evidence, memory.isLockedUnasked) = (0, false)
        case .error: if memory.evidence < 4 { memory.evidence = 0 }
        case .configLocked, .run: break
        }
        guard !isInDomain, platform.traces.isEmpty, vm != nil else { return }
        vm = nil
        platform.page = .private
        (platform.isFenced, memory.isFenceOwed) = (false, false)
    }
}

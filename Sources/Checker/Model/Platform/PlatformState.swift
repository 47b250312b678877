internal import IOMMU

/// What the platform holds for one device, as small as it can be said: the remapping unit of ``unit(_:)`` follows from
/// it, and whatever is decided about DMA is decided by that unit.
///
/// Folded, and why nothing is lost: each device has a unit of its own (contexts are by requester; an invalidation by a
/// sibling can only take away what is cached). ATS is always on (it only adds ways to memory). Of caches only the convertible page is remembered: entries for pages that never
/// change hands forbid nothing, and every translated request is tried whether the device holds a translation or not.
struct PlatformState: Hashable, Sendable {
    /// What the device's host table holds.
    enum Untrusted: UInt8, Hashable, Sendable {
        /// There is no context.
        case none
        /// It is the host's own table.
        case host
        /// A table of its own: the shared pages of its VM.
        case own
        /// A table of its own, emptied: the ledger has the mappings.
        case dropped
        /// A table of its own that has the shared pages again, for T=0 beside T=1 where the platform declares that; the
        /// ledger has the mappings all the same.
        case reopened

        /// Whether the mappings are in the ledger.
        var isPutAway: Bool { self == .dropped || self == .reopened }
    }

    /// Ways to the convertible page that outlive its mapping.
    struct Traces: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        /// In the IOTLB, through the host table.
        static let untrustedIOTLB = Traces(rawValue: 1)
        /// In the IOTLB, through the trusted table.
        static let trustedIOTLB = Traces(rawValue: 2)
        /// In the device's ATC, for T=0.
        static let untrustedATC = Traces(rawValue: 4)
        /// In the device's ATC, for T=1.
        static let trustedATC = Traces(rawValue: 8)
        /// A T=0 DMA in flight.
        static let untrustedFlight = Traces(rawValue: 16)
        /// A T=1 DMA in flight.
        static let trustedFlight = Traces(rawValue: 32)

        static let flights: Traces = [.untrustedFlight, .trustedFlight]
        static let deviceCache: Traces = [.untrustedATC, .trustedATC]
        static let untrusted: Traces = [.untrustedIOTLB, .untrustedATC, .untrustedFlight]
    }

    /// Page requests that wait for their answer.
    struct Asked: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let untrusted = Asked(rawValue: 1)
        static let trusted = Asked(rawValue: 2)
    }

    /// How the platform holds the function.
    var standing = Standing.host
    /// Whether it can master the bus.
    var isBusMaster = true
    /// The host table.
    var untrusted = Untrusted.host
    /// Whether it has a trusted context, of its VM.
    var isTrustedOpen = false
    /// The VM's convertible page. ``PageState/private`` where the lane has no VM.
    var page = PageState.private
    /// Whether T=1 of its VM is fenced off, after one that faulted (SEV-TIO).
    var isFenced = false
    /// What is left of DMA to it.
    var traces: Traces = []
    /// What the device asked for it, and is not answered.
    var asked: Asked = []
}

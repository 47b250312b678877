import PCIe

/// An IOMMU with what it protects: contexts by requester ID and T, translation tables of both stages, caches, DMA in
/// flight, and whose each page of memory is.
///
/// A value: who owns it changes it by these functions, and copies it to try something out. What the host maps in its
/// own tables is not judged when it maps it, but when a DMA gets there.
///
/// ``route(_:)``, ``explain(_:)`` and ``reachableRanges(of:_:)`` only look; ``perform(_:)`` leaves the traces of a DMA.
public struct RemappingUnit: Sendable {
    /// How the platform routes DMA.
    public let profile: RoutingProfile
    /// Whose each page is.
    public internal(set) var ownership: PageOwnership
    /// Conversions that were asked for and have not completed, in the order in which they were asked for.
    public internal(set) var conversions: [PageConversion] = []
    /// Page requests that were forwarded and are not answered, in the order in which they came. They fall when their
    /// function is held in another way, loses a context, or gives its translations up.
    public internal(set) var openPageRequests: [FunctionRequest] = []
    var contexts = ContextTable()
    /// Tables by number; nil: removed.
    var tables: ContiguousArray<Table?> = []
    var nodes = TableNodes()
    var iotlb: TranslationCache
    var deviceCaches = DeviceCaches()
    var flights = DMAsInFlight()
    var invalidations = InvalidationQueue()
    var fences: Set<DomainNumber> = []
    var peers = PeerBindings()

    /// A table of the unit; its nodes are among all others.
    struct Table: Hashable {
        let owner: TableOwner
        let width: AddressWidth
        let root: TableNodes.Root
    }

    /// Creates a unit without contexts over memory that is all the host's.
    ///
    /// - Parameters:
    ///   - profile: how it routes.
    ///   - memorySize: bytes of memory, rounded down to whole frames.
    ///   - cacheCapacity: pages that its IOTLB holds, rounded up to four times a power of two.
    public init(profile: RoutingProfile = .standard, memorySize: UInt64, cacheCapacity: Int = 1024) {
        self.profile = profile
        ownership = PageOwnership(size: memorySize)
        iotlb = TranslationCache(capacity: cacheCapacity)
    }
}

extension RemappingUnit: Hashable {
    /// Whether both are set up the same, map the same, and hold the same in caches and in flight.
    public static func == (left: Self, right: Self) -> Bool {
        left.profile == right.profile && left.ownership == right.ownership && left.conversions == right.conversions
            && left.contexts == right.contexts && left.tableValues == right.tableValues && left.iotlb == right.iotlb
            && left.deviceCaches == right.deviceCaches && left.flights == right.flights
            && left.invalidations == right.invalidations && left.fences == right.fences && left.peers == right.peers
            && left.openPageRequests == right.openPageRequests
    }

    /// Hashes what distinguishes most.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ownership)
        hasher.combine(contexts)
        hasher.combine(tableValues)
        hasher.combine(iotlb)
    }

    /// The tables apart from where their nodes stand.
    private var tableValues: [TableValue?] {
        tables.map { table in
            table.map { TableValue(owner: $0.owner, table: TranslationTable($0.root, of: nodes, width: $0.width)) }
        }
    }

    private struct TableValue: Hashable {
        let owner: TableOwner
        let table: TranslationTable
    }
}

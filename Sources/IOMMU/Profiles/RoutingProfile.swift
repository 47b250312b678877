public import PCIe

/// How DMA is routed: a platform and a kind of vIOMMU. The only place that knows platforms apart; everything behind it
/// is the same for all.
public struct RoutingProfile: Sendable {
    /// The platform.
    public let platform: PlatformProfile
    /// The VMs' IOMMU.
    public let viommu: VIOMMUKind
    /// What guards private pages.
    public let ownership: OwnershipStructure
    /// The first device address of the window through which T=1 reaches shared pages; nil: there is none.
    public let vTOM: UInt64?
    /// Whether a private DMA that faults fences the VM's address space ID off, until that is cleared.
    public let fencesAfterFault: Bool
    /// By standing and T: first those of functions that can be trusted, then those of others.
    private let cells: ContiguousArray<RoutingCell>
    private let requests: ContiguousArray<RequestCell>

    /// The vTOM of SEV-TIO as Linux sets it: 2 TiB.
    public static let defaultVTOM: UInt64 = 2 << 40

    /// Combines a platform and a kind of vIOMMU.
    ///
    /// Throws `impossible`, with the reason, when the platform cannot have such a vIOMMU.
    public init(_ platform: PlatformProfile, viommu: VIOMMUKind = .none) throws(RoutingProfileError) {
        let table = try RoutingTable(platform, viommu)
        self.init(platform, viommu, table)
    }

    init(_ platform: PlatformProfile, _ viommu: VIOMMUKind, _ table: RoutingTable) {
        self.platform = platform
        self.viommu = viommu
        ownership = platform.ownership
        vTOM = table.running.passage.reachesFromVTOM ? Self.defaultVTOM : nil
        fencesAfterFault = platform == .sevTIO
        cells = ContiguousArray(
            [true, false].flatMap { canBeTrusted in
                Standing.allCases.flatMap { standing in
                    TBit.allCases.map { table.cell(standing, $0, canBeTrusted: canBeTrusted) }
                }
            })
        requests = ContiguousArray(
            RequestKind.allCases.flatMap { kind in
                Standing.allCases.flatMap { standing in TBit.allCases.map { table.cell(kind, standing, $0) } }
            })
    }

    /// Arm CCA without a vIOMMU: T=0 by the host's tables, T=1 by trusted ones, every access checked, nothing shared
    /// after conversion.
    public static let standard = Self(.armCCA, .none, .armCCA)

    /// Every profile that there is.
    public static let all: [RoutingProfile] = PlatformProfile.allCases.flatMap { platform in
        VIOMMUKind.allCases.compactMap { try? RoutingProfile(platform, viommu: $0) }
    }

    // MARK: Tables

    /// What DMA with a T value may do in a standing; of a function that can be trusted, unless said otherwise.
    @inline(__always)
    public func cell(_ standing: Standing, _ tBit: TBit, canBeTrusted: Bool = true) -> RoutingCell {
        cells[(canBeTrusted ? 0 : 10) &+ (Int(standing.rawValue) << 1 | Int(tBit.rawValue))]
    }

    /// Whether requests of a kind pass in a standing with a T value.
    public func cell(_ kind: RequestKind, _ standing: Standing, _ tBit: TBit) -> RequestCell {
        let index = RequestKind.allCases.firstIndex(of: kind) ?? 0
        return requests[index * Standing.allCases.count * 2 + Int(standing.rawValue) << 1 + Int(tBit.rawValue)]
    }

    /// Whether T=0 and T=1 of one interface may both reach memory: whether it declares mixed traffic
    /// (rule ``RoutingRule/noMixedTraffic``). T=1 to shared pages, through vTOM, is not mixed.
    public var declaresMixedTraffic: Bool {
        switch cell(.run, .untrusted).passage {
        case .walked: true
        case .refused, .notTranslated: false
        }
    }

    /// Whether tables of a kind are walked for anybody who can be trusted, or for anybody who cannot.
    public func walks(_ kind: TableKind, canBeTrusted: Bool = true) -> Bool {
        (canBeTrusted ? cells.prefix(cells.count / 2) : cells.suffix(cells.count / 2)).contains { cell in
            guard case .walked(let walk) = cell.passage else { return false }
            return kind == .guest ? walk.hasFirstStage : walk.secondStage == kind
        }
    }
}

extension RoutingCell.Passage {
    fileprivate var reachesFromVTOM: Bool {
        switch self {
        case .walked(let walk): walk.pages == .privateBelowVTOM
        case .refused, .notTranslated: false
        }
    }
}

extension RoutingProfile: Hashable {
    /// Whether they combine the same; everything else follows from that.
    public static func == (left: Self, right: Self) -> Bool {
        left.platform == right.platform && left.viommu == right.viommu
    }

    /// Hashes the combination.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(platform)
        hasher.combine(viommu)
    }
}

extension RoutingProfile: CustomStringConvertible {
    /// The name, for example `sev-tio` or `arm-cca/split`.
    public var description: String {
        switch viommu {
        case .none: platform.rawValue
        case .split, .unified: "\(platform.rawValue)/\(viommu.rawValue)"
        }
    }

    /// The profile of a name: a platform, or a platform and a kind of vIOMMU with a `/` between them.
    ///
    /// Throws `unknownPlatform`, `unknownVIOMMU` or `impossible`.
    public init(named name: String) throws(RoutingProfileError) {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let platform = parts.first.flatMap(PlatformProfile.init(rawValue:)) else {
            throw .unknownPlatform(parts.first ?? "")
        }
        let kind = parts.count == 2 ? parts[1] : VIOMMUKind.none.rawValue
        guard let viommu = VIOMMUKind(rawValue: kind) else { throw .unknownVIOMMU(kind) }
        try self.init(platform, viommu: viommu)
    }
}

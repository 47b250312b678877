extension PlatformProfile {
    /// What guards its private pages.
    var ownership: OwnershipStructure {
        switch self {
        case .sevTIO: .reverseMap
        case .tdxConnect: .secureEPT
        case .armCCA, .trustedOnly: .granuleTable
        case .coveIO: .memoryTrackingTable
        }
    }
}

extension RoutingTable {
    /// The table of a combination. Throws `impossible`.
    init(_ platform: PlatformProfile, _ viommu: VIOMMUKind) throws(RoutingProfileError) {
        let table: Result =
            switch platform {
            case .sevTIO: .sevTIO(viommu)
            case .tdxConnect: .tdxConnect(viommu)
            case .armCCA: .armCCA(viommu)
            case .coveIO: .coveIO(viommu)
            case .trustedOnly: .trustedOnly(viommu)
            }
        switch table {
        case .possible(let table): self = table
        case .impossible(let reason): throw .impossible(platform, viommu, reason)
        }
    }

    /// What a platform makes of a kind of vIOMMU.
    enum Result {
        case possible(RoutingTable)
        case impossible(RoutingProfileError.Reason)
    }
}

extension RoutingTable.Result {
    /// RISC-V CoVE-IO. T=1 goes by an IOMMU instance that the TSM owns; the memory tracking table is asked at each
    /// access.
    static func coveIO(_ viommu: VIOMMUKind) -> Self {
        switch viommu {
        case .none:
            .possible(
                RoutingTable(
                    available: .host(.host, .ordinaryDevice), attached: .host(.shared, .coveHost),
                    running: .trusted(.coveTrusted),
                    runningUntrusted: RoutingCell(.refused(.noMixedTraffic), .coveUntrusted),
                    requests: RoutingTable.RunningRequests(
                        translation: .closed(.assumedClosed), page: .closed(.assumedClosed),
                        peer: .closed(.assumedClosed), lockedInterrupt: .closed(.assumedClosed))))
        case .split, .unified: .impossible(.noTrustedVIOMMU)
        }
    }
}

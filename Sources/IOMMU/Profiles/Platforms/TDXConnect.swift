extension RoutingTable.Result {
    /// Intel TDX Connect. T=1 goes by the TDX module's device context table into the secure EPT. The module takes only
    /// interfaces without PASID, ATS and page requests.
    static func tdxConnect(_ viommu: VIOMMUKind) -> Self {
        switch viommu {
        case .none:
            .possible(
                RoutingTable(
                    available: .host(.host, .ordinaryDevice), attached: .host(.shared, .tdxHost),
                    running: .trusted(.tdxTrusted),
                    runningUntrusted: RoutingCell(.refused(.noMixedTraffic), .lostOnConversion),
                    requests: RoutingTable.RunningRequests(
                        translation: .closed(.tdxReport), page: .closed(.tdxReport), peer: .closed(.tdxLockFlags),
                        lockedInterrupt: .closed(.tdxReport))))
        case .split, .unified: .impossible(.noTrustedVIOMMU)
        }
    }
}

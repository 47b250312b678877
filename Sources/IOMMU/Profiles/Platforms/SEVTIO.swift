extension RoutingTable.Result {
    /// AMD SEV-TIO. T=1 goes by the trusted device table entry; the host fills its tables, and the reverse map table is
    /// asked at each access. Without a vIOMMU, T=1 from vTOM on reaches shared pages: T=1 all the same, not mixed
    /// traffic. With one, first-stage entries would tell private from shared pages; nothing public says how, so that is
    /// closed.
    static func sevTIO(_ viommu: VIOMMUKind) -> Self {
        switch viommu {
        case .none: .possible(table(running: .trusted(to: .privateBelowVTOM, .sevTIOEntry), attached: .sevTIOHost))
        case .split:
            .possible(table(running: .trusted(afterFirstStage: true, .sevTIOVIOMMU), attached: .flipsToIdentity))
        case .unified: .impossible(.untrustedIsTheHosts)
        }
    }

    private static func table(running: RoutingCell, attached: CellSource) -> RoutingTable {
        RoutingTable(
            available: .host(.host, .ordinaryDevice), attached: .host(.shared, attached), running: running,
            runningUntrusted: RoutingCell(.refused(.noMixedTraffic), .lostOnConversion),
            requests: RoutingTable.RunningRequests(
                translation: .open(.sevTIORedirect), page: .closed(.assumedClosed), peer: .closed(.sevTIOLockFlags),
                lockedInterrupt: .closed(.assumedClosed)))
    }
}

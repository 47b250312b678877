extension RoutingTable {
    /// Arm CCA device assignment without a vIOMMU: the Realm's stream table, whose first stage is bypassed.
    static let armCCA = table(
        attached: .host(.shared, .armHost), running: .trusted(.armRealm),
        runningUntrusted: RoutingCell(.refused(.noMixedTraffic), .lostOnConversion))

    fileprivate static func table(
        attached: RoutingCell, running: RoutingCell, runningUntrusted: RoutingCell
    ) -> RoutingTable {
        RoutingTable(
            available: .host(.host, .ordinaryDevice), attached: attached, running: running,
            runningUntrusted: runningUntrusted,
            requests: RunningRequests(
                translation: .open(.armRedirect), page: .closed(.assumedClosed), peer: .open(.armPeers),
                lockedInterrupt: .closed(.armLockFlags)))
    }
}

extension RoutingTable.Result {
    /// Arm CCA device assignment. The RMM specification gives a Realm a virtual SMMU and does not say what it does with
    /// T=0: both answers are here.
    static func armCCA(_ viommu: VIOMMUKind) -> Self {
        switch viommu {
        case .none: .possible(.armCCA)
        case .split:
            .possible(
                .table(
                    attached: .host(.shared, .flipsToIdentity), running: .trusted(afterFirstStage: true, .armVSMMU),
                    runningUntrusted: RoutingCell(.refused(.noMixedTraffic), .flipsToIdentity)))
        case .unified:
            .possible(
                .table(
                    attached: .host(.shared, afterFirstStage: true, .sameTablesForBoth),
                    running: .trusted(afterFirstStage: true, .armVSMMU),
                    runningUntrusted: .host(.shared, afterFirstStage: true, .sameTablesForBoth)))
        }
    }
}

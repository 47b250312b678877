extension RoutingTable.Result {
    /// A platform that translates T=1 alone: every T=0 memory request of a device that can be trusted faults, before
    /// and after conversion. Interrupts take their own path. Devices that can never be trusted are devices like any other.
    static func trustedOnly(_ viommu: VIOMMUKind) -> Self {
        switch viommu {
        case .none: .possible(table(running: .trusted(.definition)))
        case .split: .possible(table(running: .trusted(afterFirstStage: true, .definition)))
        case .unified: .impossible(.untrustedIsNotTranslated)
        }
    }

    private static func table(running: RoutingCell) -> RoutingTable {
        let nothing = RoutingCell(.notTranslated, .definition)
        return RoutingTable(
            available: nothing, attached: nothing, running: running, runningUntrusted: nothing,
            requests: RoutingTable.RunningRequests(
                translation: .closed(.assumedClosed), page: .closed(.assumedClosed), peer: .closed(.assumedClosed),
                lockedInterrupt: .closed(.assumedClosed)))
    }
}

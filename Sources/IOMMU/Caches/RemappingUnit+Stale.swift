public import PCIe

extension RemappingUnit {
    /// Has the IOTLB hold a T=0 translation of a requester that no walk would make now, as it does when an invalidation was
    /// lost: something to be found by who looks. Where its T=0 is not translated, nothing changes.
    ///
    /// - Parameters:
    ///   - address: the device's own address; its page is meant.
    ///   - requester: whose translation.
    ///   - physical: where it leads.
    ///   - owner: whose that frame was when it was cached.
    public mutating func keepStale(
        _ address: UInt64, of requester: RequesterID, to physical: UInt64, once owner: FrameOwner
    ) {
        let context = contexts[requester]
        let cell = profile.cell(.unlocked, .untrusted, canBeTrusted: context.canBeTrusted)
        guard case .walked(let walk) = cell.passage else { return }
        let tables = TranslationCache.TablePair(walk.hasFirstStage ? context.guest : .none, context[walk.secondStage])
        let page = ResolvedPage(physical: physical & ~0xFFF, permissionBits: 0b11, owner: PackedOwner(owner))
        iotlb.fill(address >> 12, tables, page)
    }
}

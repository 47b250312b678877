public import PCIe

// What devices hold, and their side of an invalidation.

extension RemappingUnit {
    /// What a function holds of translations that it asked for, in order of T and address.
    public func translations(of requester: RequesterID) -> [HeldTranslation] {
        deviceCaches.entries(of: requester).map { key, page in
            HeldTranslation(
                tBit: key.tBit, pasid: key.pasid, address: key.address, physical: page.physical,
                permissions: page.permissions, owner: page.owner.owner,
                ownerNow: ownership.owner(of: page.physical) ?? .host)
        }
    }

    /// The invalidations that devices were asked for and have not answered, in the order in which they were asked for.
    public var unansweredInvalidations: [(number: InvalidationNumber, requester: RequesterID)] {
        invalidations.pending.compactMap { pending in
            if case .awaiting(let requester) = pending.stage { (pending.number, requester) } else { nil }
        }
    }

    /// Has what was made through a table be forgotten: by the IOTLB, and by the devices with ATS whose contexts name the
    /// table. They are asked at once, behind the IOTLB, so that none of them takes an old page in again; they answer
    /// later. Where the table is not the one that is walked first, its addresses are not the devices' own, and they
    /// forget everything.
    public mutating func forget(_ addresses: Range<UInt64>, of table: TableNumber) {
        let isOutermost = tableOwner(table)?.kind == .guest || !profile.walks(.guest)
        _ = requestInvalidation(.pages(addresses, table))
        for requester in contexts.requesters(using: table) where contexts[requester].isATSEnabled {
            _ = requestInvalidation(.device(requester, isOutermost ? addresses : 0..<UInt64.max))
        }
        processInvalidations()
    }

    /// Asks a function with ATS to forget all translations that it holds; others hold none.
    public mutating func askToForget(_ requester: RequesterID) {
        guard contexts[requester].isATSEnabled else { return }
        _ = requestInvalidation(.device(requester, 0..<UInt64.max))
        processInvalidations()
    }

    /// A device gives up all translations it holds: at LOCK, at STOP and at a reset (TDISP 1.0, LOCK_INTERFACE and
    /// STOP_INTERFACE; PCIe Base, FLR). What it was asked for before is done with that, and so is what it asked for.
    public mutating func clearDeviceCache(of requester: RequesterID) {
        deviceCaches.remove(requester, in: 0..<UInt64.max)
        dropPageRequests(of: requester)
        for (number, asked) in unansweredInvalidations where asked == requester { answerInvalidation(number) }
    }
}

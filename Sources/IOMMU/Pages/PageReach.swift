public import PCIe

/// What can still reach a page by DMA. A conversion is held until nothing can.
public enum PageReach: Hashable, Sendable, Codable {
    /// A second-stage table maps it, at this device or guest physical address.
    case mapped(TableNumber, address: UInt64)
    /// The IOTLB holds a translation that leads to it, made through this table for this device address.
    case cached(TableNumber, address: UInt64)
    /// A device holds a translation that leads to it, for this address of its own.
    case cachedByDevice(RequesterID, address: UInt64)
    /// A DMA that was let through has not landed.
    case inFlight(DMANumber)
}

extension PageReach: TextWithNames {
    /// One clause for an operator.
    public func text(_ names: Names) -> String {
        switch self {
        case .mapped(let table, let address): "table \(table.rawValue) still maps a page at \(hexAddress(address))"
        case .cached(let table, let address):
            "the IOTLB still holds a translation of table \(table.rawValue) at \(hexAddress(address))"
        case .cachedByDevice(let requester, let address):
            "\(names.requester(requester)) still holds a translation of \(hexAddress(address))"
        case .inFlight(let number): "DMA \(number.rawValue) has not landed"
        }
    }
}

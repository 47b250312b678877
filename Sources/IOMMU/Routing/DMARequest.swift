public import PCIe

/// A DMA as it arrives at the IOMMU.
public struct DMARequest: Hashable, Sendable, Codable {
    /// The function that sent it.
    public var requesterID: RequesterID
    /// The T bit it carries.
    public var tBit: TBit
    /// The address space of the function; nil: none named.
    public var pasid: PASID?
    /// The address of the first byte: IOVA (without a vIOMMU: guest physical), or host physical if it is translated.
    public var address: UInt64
    /// Whether the address came from a translation (AT=10b; PCIe Base, ATS).
    public var isTranslated: Bool
    /// Number of bytes, at least 1.
    public var count: UInt64
    /// Whether memory is read or written.
    public var access: DMAAccess

    /// Creates a request.
    public init(
        requesterID: RequesterID, tBit: TBit, pasid: PASID? = nil, address: UInt64, isTranslated: Bool = false,
        count: UInt64, access: DMAAccess
    ) {
        self.requesterID = requesterID
        self.tBit = tBit
        self.pasid = pasid
        self.address = address
        self.isTranslated = isTranslated
        self.count = count
        self.access = access
    }
}

/// What a DMA does to memory.
public enum DMAAccess: String, Hashable, Sendable, Codable, CaseIterable {
    /// The device reads memory.
    case read
    /// The device writes memory.
    case write
}

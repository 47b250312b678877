public import PCIe

/// A translation that a device holds: where a page of its addresses leads, as it was told when it asked (PCIe Base, ATS).
public struct HeldTranslation: Hashable, Sendable, Codable {
    /// The T bit of the requests that it is for.
    public let tBit: TBit
    /// The address space of the function; nil: none named.
    public let pasid: PASID?
    /// First device address of the page.
    public let address: UInt64
    /// First host physical address of the frame.
    public let physical: UInt64
    /// What the device may do there.
    public let permissions: Permissions
    /// Whose the frame was when the device was told.
    public let owner: FrameOwner
    /// Whose it is now. Another than ``owner`` would mean that a page changed hands while a device could reach it.
    public let ownerNow: FrameOwner

    /// Creates a translation.
    public init(
        tBit: TBit, pasid: PASID? = nil, address: UInt64, physical: UInt64, permissions: Permissions,
        owner: FrameOwner, ownerNow: FrameOwner
    ) {
        self.tBit = tBit
        self.pasid = pasid
        self.address = address
        self.physical = physical
        self.permissions = permissions
        self.owner = owner
        self.ownerNow = ownerNow
    }
}

extension HeldTranslation: CustomStringConvertible {
    /// For example `T=1 0x0 -> 0x200000, private page of domain 1`.
    public var description: String { "\(tBit) \(hexAddress(address)) -> \(hexAddress(physical)), \(owner)" }
}

/// Where a 4 KiB page of device addresses leads, in 64 bits: frame number in 39:0, permissions in 41:40, the owner of
/// the frame as it was found in 59:42, bit 63 set. Zero: nothing.
struct ResolvedPage: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    static let none = Self(rawValue: 0)

    init(physical: UInt64, permissionBits: UInt64, owner: PackedOwner) {
        rawValue = 1 << 63 | UInt64(owner.rawValue) << 42 | permissionBits << 40 | physical >> 12
    }

    /// First host physical address.
    var physical: UInt64 { (rawValue & 0xFF_FFFF_FFFF) << 12 }
    /// Bit 0 read, bit 1 write.
    var permissionBits: UInt64 { rawValue >> 40 & 0b11 }
    /// What may be done; a page that was resolved for an access permits at least that.
    var permissions: Permissions { Permissions(rawValue: UInt8(truncatingIfNeeded: permissionBits)) ?? .read }
    var owner: PackedOwner { PackedOwner(rawValue: UInt32(truncatingIfNeeded: rawValue >> 42) & 0x3_FFFF) }

    func allows(_ access: DMAAccess) -> Bool { permissionBits & UInt64(access.permission.rawValue) != 0 }

    /// The same with what it permits and another page does not.
    func permitting(beyond other: Self) -> Self {
        ResolvedPage(physical: physical, permissionBits: permissionBits & ~other.permissionBits, owner: owner)
    }

    /// Whether it leads to a frame of a range.
    func reaches(_ range: Range<UInt64>) -> Bool {
        physical < range.upperBound && range.lowerBound < physical + PageOwnership.frameSize
    }
}

extension DMAAccess {
    /// The permission that it takes.
    @inline(__always)
    var permission: Permissions {
        switch self {
        case .read: .read
        case .write: .write
        }
    }
}

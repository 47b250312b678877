/// Which requesters' packets belong to a selective stream: the IDE requester ID association registers 1 and 2.
public struct RequesterAssociation: Hashable, Sendable {
    /// Whether it counts.
    public var isValid: Bool
    /// The lowest requester ID.
    public var base: RequesterID
    /// The highest requester ID.
    public var limit: RequesterID
    /// Low eight bits of the segment of the range.
    public var segmentBase: UInt8

    /// Creates an association.
    public init(isValid: Bool = true, base: RequesterID, limit: RequesterID, segmentBase: UInt8 = 0) {
        self.isValid = isValid
        self.base = base
        self.limit = limit
        self.segmentBase = segmentBase
    }

    init(limitRegister: UInt32, baseRegister: UInt32) {
        self.init(
            isValid: baseRegister.bits(0, 1) != 0,
            base: RequesterID(rawValue: UInt16(baseRegister.bits(8, 16))),
            limit: RequesterID(rawValue: UInt16(limitRegister.bits(8, 16))),
            segmentBase: UInt8(baseRegister.bits(24, 8)))
    }

    /// Register 1: limit in bits 23:8.
    var limitRegister: UInt32 { UInt32(limit.rawValue) << 8 }
    /// Register 2: valid in bit 0, base in bits 23:8, segment base in bits 31:24.
    var baseRegister: UInt32 { UInt32(segmentBase) << 24 | UInt32(base.rawValue) << 8 | (isValid ? 1 : 0) }

    /// Whether it holds for a requester.
    public func contains(_ requester: RequesterID) -> Bool { isValid && base <= requester && requester <= limit }
}

/// Which addresses' packets belong to a selective stream: one IDE address association block, in units of 1 MiB.
public struct AddressAssociation: Hashable, Sendable {
    /// Whether it counts.
    public let isValid: Bool
    /// The first address.
    public let base: UInt64
    /// The last address.
    public let limit: UInt64

    /// The bits of an address inside a unit.
    private static let unitMask: UInt64 = 0xF_FFFF

    /// Creates an association; `base` is rounded down and `limit` up to whole units.
    public init(isValid: Bool = true, base: UInt64, limit: UInt64) {
        self.isValid = isValid
        self.base = base & ~Self.unitMask
        self.limit = limit | Self.unitMask
    }

    init(first: UInt32, limitHigh: UInt32, baseHigh: UInt32) {
        self.init(
            isValid: first.bits(0, 1) != 0,
            base: UInt64(baseHigh) << 32 | UInt64(first.bits(8, 12)) << 20,
            limit: UInt64(limitHigh) << 32 | UInt64(first.bits(20, 12)) << 20)
    }

    /// Doubleword 0: valid in bit 0, base[31:20] in bits 19:8, limit[31:20] in bits 31:20.
    var first: UInt32 {
        let baseLow = UInt32(truncatingIfNeeded: base) >> 20
        let limitLow = UInt32(truncatingIfNeeded: limit) >> 20
        return limitLow << 20 | baseLow << 8 | (isValid ? 1 : 0)
    }
    /// Doubleword 1: limit[63:32].
    var limitHigh: UInt32 { UInt32(truncatingIfNeeded: limit >> 32) }
    /// Doubleword 2: base[63:32].
    var baseHigh: UInt32 { UInt32(truncatingIfNeeded: base >> 32) }

    /// Whether it holds for an address.
    public func contains(_ address: UInt64) -> Bool { isValid && base <= address && address <= limit }
}

/// A register that claims a range of addresses for a function.
public enum AddressRegister: Hashable, Sendable {
    /// A base address register of the header, by its number.
    case baseAddress(Int)
    /// The expansion ROM register.
    case expansionROM
    /// A base address register of the SR-IOV capability, by its number: the ranges of all VFs that are set up.
    case vfBaseAddress(Int)
}

/// Two registers that claim the same address. LOCK_INTERFACE is refused then (TDISP 1.0, LOCK checks).
public struct AddressOverlap: Hashable, Sendable {
    /// The one that comes first in the space.
    public let first: AddressRegister
    /// The other.
    public let second: AddressRegister

    /// Names two registers.
    public init(first: AddressRegister, second: AddressRegister) {
        self.first = first
        self.second = second
    }
}

extension FunctionRegisters {
    /// The first two registers that claim the same address, or nil. A register that holds 0 has not been given a range.
    ///
    /// Throws when the capability list or a group of registers is malformed.
    public func addressOverlap() throws(ConfigurationSpaceError) -> AddressOverlap? {
        let claims = try claimedRanges()
        for (index, claim) in claims.enumerated() {
            for other in claims[(index + 1)...] where claim.isIO == other.isIO && claim.range.overlaps(other.range) {
                return AddressOverlap(first: claim.register, second: other.register)
            }
        }
        return nil
    }

    private struct Claim {
        let register: AddressRegister
        let isIO: Bool
        let range: Range<UInt64>
    }

    private func claimedRanges() throws(ConfigurationSpaceError) -> [Claim] {
        var claims: [Claim] = []
        func claim(_ register: AddressRegister, isIO: Bool, _ range: Range<UInt64>?) {
            guard let range, range.lowerBound != 0 else { return }
            claims.append(Claim(register: register, isIO: isIO, range: range))
        }
        for bar in try space.baseAddressRegisters(sizing: sizing) {
            claim(.baseAddress(bar.index), isIO: bar.kind == .io, bar.range)
        }
        claim(.expansionROM, isIO: false, space.expansionROM(sizing: sizing)?.range)
        guard let virtualization = try SRIOVCapability(in: space) else { return claims }
        for bar in try virtualization.baseAddressRegisters(in: space, sizing: sizing) {
            let count = bar.size.map { $0.multipliedReportingOverflow(by: UInt64(virtualization.numberOfVFs)) }
            guard let count, !count.overflow else { continue }
            claim(.vfBaseAddress(bar.index), isIO: false, addressRange(from: bar.address, count: count.partialValue))
        }
        return claims
    }
}

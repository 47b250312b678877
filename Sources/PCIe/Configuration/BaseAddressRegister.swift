/// A range of addresses that a function answers: one base address register (BAR), or two that form a 64-bit one.
public struct BaseAddressRegister: Hashable, Sendable {
    /// What requests it answers.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// I/O requests.
        case io
        /// Memory requests below 4 GiB.
        case memory32
        /// Memory requests anywhere; takes two registers.
        case memory64
    }

    /// Number of the (lower) register, 0...5.
    public let index: Int
    /// What requests it answers.
    public let kind: Kind
    /// Whether reads have no side effects.
    public let isPrefetchable: Bool
    /// First address.
    public let address: UInt64
    /// Number of bytes, a power of two; nil when the register's answer to sizing is not known.
    public let size: UInt64?

    /// The addresses, when the size is known and they do not run past 2^64.
    public var range: Range<UInt64>? { addressRange(from: address, count: size) }
}

/// The expansion ROM base address register.
public struct ExpansionROM: Hashable, Sendable {
    /// Whether it answers memory requests.
    public let isEnabled: Bool
    /// First address.
    public let address: UInt64
    /// Number of bytes; nil when the register's answer to sizing is not known.
    public let size: UInt64?

    /// The addresses, when the size is known.
    public var range: Range<UInt64>? { addressRange(from: address, count: size) }
}

/// The range; nil when the count is not known or the range runs past 2^64.
func addressRange(from address: UInt64, count: UInt64?) -> Range<UInt64>? {
    guard let count else { return nil }
    let (end, overflow) = address.addingReportingOverflow(count)
    return overflow ? nil : address..<end
}

extension ConfigurationSpace {
    /// The base address registers of the header that are implemented.
    ///
    /// - Parameter sizing: a space that holds, in the same places, what each register read after all ones were written to
    ///   it. Without it sizes stay unknown, and a register that reads 0 counts as not implemented.
    ///
    /// Throws `baseAddressPair` when the last register claims to be the lower half of a 64-bit one.
    public func baseAddressRegisters(
        sizing: ConfigurationSpace? = nil
    ) throws(ConfigurationSpaceError) -> [BaseAddressRegister] {
        let count = headerType.layout == .bridge ? 2 : 6
        return try baseAddressRegisters(at: HeaderOffset.baseAddresses, count: count, sizing: sizing)
    }

    /// The expansion ROM register of an endpoint; nil when it is not implemented. For `sizing` see
    /// ``baseAddressRegisters(sizing:)``.
    public func expansionROM(sizing: ConfigurationSpace? = nil) -> ExpansionROM? {
        guard headerType.layout == .endpoint else { return nil }
        let register = uint32(at: HeaderOffset.expansionROM)
        let answer = (sizing?.uint32(at: HeaderOffset.expansionROM) ?? 0) & ~0x7FF
        guard register != 0 || answer != 0 else { return nil }
        return ExpansionROM(
            isEnabled: register & 1 != 0, address: UInt64(register & ~0x7FF), size: lowestBit(UInt64(answer)))
    }

    /// `count` registers from `offset` on, here and in an SR-IOV capability.
    func baseAddressRegisters(
        at offset: Int, count: Int, sizing: ConfigurationSpace?
    ) throws(ConfigurationSpaceError) -> [BaseAddressRegister] {
        var registers: [BaseAddressRegister] = []
        var index = 0
        while index < count {
            let at = offset + 4 * index
            let low = uint32(at: at)
            let isWide = low & 0b111 == 0b100
            guard !isWide || index + 1 < count else { throw .baseAddressPair(offset: at) }
            if let register = baseAddressRegister(index: index, at: at, isWide: isWide, sizing: sizing) {
                registers.append(register)
            }
            index += isWide ? 2 : 1
        }
        return registers
    }

    private func baseAddressRegister(
        index: Int, at offset: Int, isWide: Bool, sizing: ConfigurationSpace?
    ) -> BaseAddressRegister? {
        let low = uint32(at: offset)
        let isIO = low & 1 != 0
        let flags: UInt32 = isIO ? 0b11 : 0b1111
        let high = isWide ? UInt64(uint32(at: offset + 4)) << 32 : 0
        let answer = sizing.map { answers in
            UInt64(answers.uint32(at: offset) & ~flags) | (isWide ? UInt64(answers.uint32(at: offset + 4)) << 32 : 0)
        }
        guard (answer ?? 0) != 0 || low != 0 else { return nil }
        return BaseAddressRegister(
            index: index, kind: isIO ? .io : isWide ? .memory64 : .memory32, isPrefetchable: !isIO && low & 0b1000 != 0,
            address: UInt64(low & ~flags) | high, size: answer.flatMap(lowestBit))
    }
}

/// The lowest bit that is set, which is the size that a register's answer to sizing tells; nil when none is.
private func lowestBit(_ answer: UInt64) -> UInt64? {
    answer == 0 ? nil : answer & (0 &- answer)
}

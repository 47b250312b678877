/// The T bit of a TLP: whether its sender says that it comes from a TDI in RUN, on behalf of the trusted domain
/// (TDISP 1.0, PCIe 6.x chapter 11; carried in the IDE TLP prefix or OHC-C).
///
/// The bit is the sender's word. What it may reach is decided by whoever receives it.
public enum TBit: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// T=0: ordinary traffic.
    case untrusted = 0
    /// T=1: traffic of a TDI in private operation.
    case trusted = 1
}

extension TBit: CustomStringConvertible {
    /// `T=0` or `T=1`.
    public var description: String { "T=\(rawValue)" }
}

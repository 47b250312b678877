/// The structure in which a platform keeps whose each page is, and what that structure is asked.
///
/// That T=0 reaches no private page is checked at every access on all of them. They differ in what holds T=1 to the
/// private pages of its own VM: a check of each access, of each mapping, or both.
public enum OwnershipStructure: String, Hashable, Sendable, Codable, CaseIterable {
    /// AMD: the reverse map table. The host fills the tables; each access is checked.
    case reverseMap = "reverse map table (RMP)"
    /// Intel: the secure EPT. The TDX module judges each mapping; what is mapped, or cached from there, is believed.
    case secureEPT = "secure EPT"
    /// Arm: the granule protection table. The RMM judges each mapping, and each access is checked.
    case granuleTable = "granule protection table"
    /// RISC-V: the memory tracking table. The TSM judges each mapping, and each access is checked.
    case memoryTrackingTable = "memory tracking table"

    /// Whether a trusted table takes private pages of its own domain only.
    public var judgesMappings: Bool {
        switch self {
        case .reverseMap: false
        case .secureEPT, .granuleTable, .memoryTrackingTable: true
        }
    }

    /// Whether the owner of the frame is looked at when T=1 gets there.
    public var checksTrustedAccess: Bool {
        switch self {
        case .reverseMap, .granuleTable, .memoryTrackingTable: true
        case .secureEPT: false
        }
    }
}

extension OwnershipStructure: CustomStringConvertible {
    /// Its name.
    public var description: String { rawValue }
}

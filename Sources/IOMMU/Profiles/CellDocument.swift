/// A document that a profile's table stands on, named so that it can be found.
public enum CellDocument: String, Hashable, Sendable, Codable, CaseIterable {
    /// The specification of TDISP.
    case tdisp = "TDISP 1.0, PCIe 6.0 chapter 11"
    /// The specification of ordinary devices.
    case pcie = "PCI Express Base 6.0"
    /// The thread in which the kernel's developers asked what becomes of T=0; linux-pci and linux-coco, July 2024.
    case cma = "[PATCH v2 08/18] PCI/CMA: Authenticate devices on enumeration, July 2024"
    /// AMD's series; linux-coco, February 2025.
    case sevTIO = "[RFC PATCH v2 00/22] TSM: Secure VFIO, TDISP, SEV TIO, February 2025"
    /// The series that has Intel's order of teardown; linux-coco, May 2025.
    case tdxUnbind = "[RFC PATCH 00/30] Host side (KVM/VFIO/IOMMUFD) support for TDISP using TSM, May 2025"
    /// Intel's interface of the TDX module.
    case tdxConnect = "TDX Connect, TEE-IO device interface"
    /// The reference implementation of the RMM.
    case tfRMM = "TF-RMM 9a7f8ef4"
    /// Arm's specification of the RMM.
    case rmm = "Arm RMM specification, device assignment"
    /// The specification of RISC-V.
    case cove = "RISC-V AP-TEE-IO, CoVE-IO, May 2026"
}

extension CellDocument: CustomStringConvertible {
    /// Its title.
    public var description: String { rawValue }
}

/// How far a document carries a cell.
public enum CellCertainty: String, Hashable, Sendable, Codable, CaseIterable {
    /// It says so.
    case stated
    /// It does not say so; it would make little sense otherwise.
    case inferred
    /// Nothing public says so. Only what is closed may be assumed.
    case assumed
    /// It is what the profile is meant to be.
    case defined
}

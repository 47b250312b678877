/// Which confidential-VM technology libvirt was told to start a domain with: `type` of `<launchSecurity>`.
///
/// libvirt 9.0 knows ``sev`` and ``s390PV``; later ones know more, and types not named here survive.
public struct LaunchSecurity: RawRepresentable, Hashable, Sendable {
    /// libvirt's word.
    public let rawValue: String
    /// Creates a type from libvirt's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// AMD SEV or SEV-ES: encrypted memory without integrity, which is not enough for SEV-TIO.
    public static let sev = Self(rawValue: "sev")
    /// AMD SEV-SNP.
    public static let sevSNP = Self(rawValue: "sev-snp")
    /// Intel TDX.
    public static let tdx = Self(rawValue: "tdx")
    /// IBM Secure Execution.
    public static let s390PV = Self(rawValue: "s390-pv")
    /// Arm CCA.
    public static let cca = Self(rawValue: "cca")
}

/// What this project reads out of a domain's XML.
public struct DomainDescription: Hashable, Sendable {
    /// Name and UUID.
    public var identity: DomainIdentity
    /// Memory in KiB.
    public var memoryKiB: UInt64
    /// `<launchSecurity>`; nil when the domain has none.
    public var launchSecurity: LaunchSecurity?
    /// The PCI functions assigned to the domain.
    public var hostdevs: [Hostdev]
    /// Our own metadata; nil when the domain has none.
    public var binding: DomainBinding?

    /// Reads a domain's XML, as libvirt writes it and as it hands it to its hooks.
    ///
    /// Throws ``LibvirtError/Code/xmlError`` when it is malformed, lacks name, UUID or memory, or holds a PCI address
    /// out of range.
    public init(parsing xml: String) throws(LibvirtError) {
        let document = try DomainDocument(parsing: xml)
        identity = try document.identity()
        memoryKiB = try document.memoryKiB()
        launchSecurity = document.launchSecurity
        hostdevs = try document.hostdevs()
        binding = try document.binding()
    }
}

/// Something that a conversion on a real platform checks, and a conversation alone cannot.
public enum UncheckedFact: String, Hashable, Sendable, Codable, CaseIterable {
    /// Who the device is.
    case identity
    /// Which function it is.
    case address
    /// The PCI function that the certificate names.
    case pciName = "pci-name"
    /// The values of measurements.
    case measurementValues = "measurement-values"
    /// The keys at the other end of the stream.
    case rootPortKeys = "root-port-keys"
    /// The state of the stream.
    case streamStatus = "stream-status"
    /// Where the reported memory is.
    case baseAddresses = "base-addresses"
    /// What DMA reaches.
    case dma
    /// What the device must refuse.
    case refusals

    /// Why it is not checked, in one line.
    public var explanation: String {
        switch self {
        case .identity: "who the device is: it has the pre-shared key, and no certificate was asked for"
        case .address: "whether it is the function that was named: nothing that was asked is about a function"
        case .pciName: "the PCI function in the certificate: there is no configuration space to compare it with"
        case .measurementValues: "the values of measurements: there are no reference values"
        case .rootPortKeys: "the keys at the root port: there is none"
        case .streamStatus: "whether the stream is Secure: no status register can be read"
        case .baseAddresses: "the reported memory ranges: no base address registers can be read"
        case .dma: "what DMA reaches: there is no IOMMU"
        case .refusals: "whether the device refuses what it must: it was not asked"
        }
    }
}

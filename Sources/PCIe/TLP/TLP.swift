/// A transaction layer packet: what travels, who sent it, and how it is marked.
///
/// A value of the model, not the bytes of a link: framing, flow control and encryption are left out. That T=1 is
/// believed only on a secure stream bound to the TDI is the receiver's rule (TDISP 1.0, TLP rules), so that a
/// misbehaving sender can be modelled too.
public struct TLP: Hashable, Sendable {
    /// Who sent it. For a completion: whose request it answers.
    public var requesterID: RequesterID
    /// The T bit.
    public var tBit: TBit
    /// The selective IDE stream that carries it; nil when it travels outside IDE.
    public var stream: StreamID?
    /// The address space of the function that it belongs to.
    public var pasid: PASID?
    /// What it carries.
    public var content: Content

    /// Creates a packet.
    public init(
        requesterID: RequesterID, tBit: TBit = .untrusted, stream: StreamID? = nil, pasid: PASID? = nil,
        content: Content
    ) {
        self.requesterID = requesterID
        self.tBit = tBit
        self.stream = stream
        self.pasid = pasid
        self.content = content
    }

    /// The packet types that the TDISP rules tell apart.
    public enum Content: Hashable, Sendable {
        /// A memory read of `count` bytes.
        case memoryRead(address: UInt64, addressType: AddressType, count: Int)
        /// A memory write.
        case memoryWrite(address: UInt64, addressType: AddressType, bytes: [UInt8])
        /// An interrupt: a memory write of `data` to `address` by the interrupt logic of the function.
        case interrupt(InterruptSource, address: UInt64, data: UInt32)
        /// The answer to a read or to a translation request; its T bit mirrors the request's.
        case completion(CompletionStatus, bytes: [UInt8])
        /// A read of the aligned doubleword at `offset` of the configuration space.
        case configurationRead(offset: Int)
        /// A write to the configuration space.
        case configurationWrite(ConfigurationWrite)
        /// ATS: asks for the translation of an address.
        case translationRequest(address: UInt64)
        /// ATS: asks for a page to be made present (page request interface).
        case pageRequest(address: UInt64)
        /// ATS: tells a device to forget translations of a range.
        case invalidateRequest(address: UInt64, count: UInt64)
        /// ATS: the device has forgotten them, and nothing that used them is in flight.
        case invalidateCompletion
        /// A vendor-defined message.
        case vendorMessage(bytes: [UInt8])
    }

    /// The AT field of a memory request.
    public enum AddressType: UInt8, Hashable, Sendable {
        /// The address is to be translated by the IOMMU.
        case untranslated = 0b00
        /// The address came from a translation completion and is physical.
        case translated = 0b10
    }

    /// Which interrupt logic sent an interrupt: TDISP treats them differently.
    public enum InterruptSource: Hashable, Sendable {
        /// The MSI capability.
        case msi
        /// An entry of the MSI-X table.
        case msiX
    }

    /// The status of a completion, with its wire value.
    public enum CompletionStatus: UInt8, Hashable, Sendable {
        /// SC.
        case successful = 0b000
        /// UR.
        case unsupportedRequest = 0b001
        /// RRS: the function is not ready, ask again.
        case requestRetry = 0b010
        /// CA.
        case completerAbort = 0b100
    }
}

public import PCIe

extension DMARequest {
    /// The DMA that a packet asks for; nil when it is not a memory request. Interrupts take their own path.
    public init?(_ packet: TLP) {
        let (address, type, count, access): (UInt64, TLP.AddressType, Int, DMAAccess)
        switch packet.content {
        case .memoryRead(let start, let kind, let bytes): (address, type, count, access) = (start, kind, bytes, .read)
        case .memoryWrite(let start, let kind, let bytes):
            (address, type, count, access) = (start, kind, bytes.count, .write)
        case .interrupt, .completion, .configurationRead, .configurationWrite, .translationRequest, .pageRequest,
            .invalidateRequest, .invalidateCompletion, .vendorMessage:
            return nil
        }
        self.init(
            requesterID: packet.requesterID, tBit: packet.tBit, pasid: packet.pasid, address: address,
            isTranslated: type == .translated, count: UInt64(clamping: count), access: access)
    }
}

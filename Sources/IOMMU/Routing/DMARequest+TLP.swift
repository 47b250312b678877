public import PCIe

extension DMARequest {
    /// The DMA that a packet asks for; nil when it is not an untranslated memory request.
    ///
    /// Interrupts take their own path, and translated requests would pass the tables by: no profile offers ATS yet.
    public init?(_ packet: TLP) {
        let (address, count, access): (UInt64, Int, DMAAccess)
        switch packet.content {
        case .memoryRead(let start, .untranslated, let bytes): (address, count, access) = (start, bytes, .read)
        case .memoryWrite(let start, .untranslated, let bytes): (address, count, access) = (start, bytes.count, .write)
        case .memoryRead(_, .translated, _), .memoryWrite(_, .translated, _), .interrupt, .completion,
            .configurationRead, .configurationWrite, .translationRequest, .pageRequest, .invalidateRequest,
            .invalidateCompletion, .vendorMessage:
            return nil
        }
        self.init(
            requesterID: packet.requesterID, tBit: packet.tBit, pasid: packet.pasid, address: address,
            count: UInt64(clamping: count), access: access)
    }
}

import IOMMU
import PCIe
import Testing

@Suite struct `DMA request of a packet` {
    private let device = RequesterID(rawValue: 0x3B01)

    @Test func `memory requests keep who, where and how they are marked`() {
        let read = TLP(
            requesterID: device, tBit: .trusted, stream: StreamID(rawValue: 1), pasid: PASID(rawValue: 5),
            content: .memoryRead(address: 0x1000, addressType: .untranslated, count: 256))
        #expect(
            DMARequest(read)
                == DMARequest(
                    requesterID: device, tBit: .trusted, pasid: PASID(rawValue: 5), address: 0x1000, count: 256,
                    access: .read))
        let write = TLP(
            requesterID: device, content: .memoryWrite(address: 0x2000, addressType: .untranslated, bytes: [1, 2, 3]))
        #expect(
            DMARequest(write)
                == DMARequest(requesterID: device, tBit: .untrusted, address: 0x2000, count: 3, access: .write))
    }

    @Test func `a translated request says so`() {
        let write = TLP(
            requesterID: device, content: .memoryWrite(address: 0x2000, addressType: .translated, bytes: [1, 2, 3]))
        #expect(
            DMARequest(write)
                == DMARequest(
                    requesterID: device, tBit: .untrusted, address: 0x2000, isTranslated: true, count: 3,
                    access: .write))
    }

    @Test(
        arguments: [
            .interrupt(.msiX, address: 0xFEE0_0000, data: 0x41), .completion(.successful, bytes: []),
            .configurationRead(offset: 0), .translationRequest(address: 0), .pageRequest(address: 0),
            .invalidateRequest(address: 0, count: 4096), .invalidateCompletion, .vendorMessage(bytes: []),
        ] as [TLP.Content])
    func `other packets ask for no DMA`(content: TLP.Content) {
        #expect(DMARequest(TLP(requesterID: device, content: content)) == nil)
    }
}

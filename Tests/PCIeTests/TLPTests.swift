import PCIe
import Testing

@Suite struct `TLP values` {
    @Test func `the T bit and stream are told as operators write them`() {
        #expect(TBit.allCases.map(\.description) == ["T=0", "T=1"])
        #expect(StreamID(rawValue: 200).description == "200")
    }

    @Test func `a PASID has 20 bits`() {
        #expect(PASID(rawValue: 0xFFF1_2345).rawValue == 0x1_2345)
        #expect(PASID(rawValue: 0xAB).description == "000ab")
    }

    @Test func `a packet is untrusted and outside IDE unless it says so`() {
        let packet = TLP(
            requesterID: .init(rawValue: 1), content: .memoryRead(address: 0, addressType: .untranslated, count: 4))
        #expect(packet.tBit == .untrusted)
        #expect(packet.stream == nil)
        #expect(packet.pasid == nil)
    }
}

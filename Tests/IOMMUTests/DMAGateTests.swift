import IOMMU
import Testing

@Suite struct `DMA gate` {
    @Test func `says what may be reached`() {
        #expect(DMAGate.privateOnly(DomainNumber(rawValue: 3)).description == "T=1 to private pages of domain 3")
    }
}

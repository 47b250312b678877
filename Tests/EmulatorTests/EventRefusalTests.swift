import Assignment
import Emulator
import IOMMU
import PCIe
import Testing

/// Events that somebody says no to.
@Suite struct `Events that are refused` {
    private let host: TestHost
    private let web: DomainID

    init() throws {
        host = try TestHost()
        web = host.demo.web1
    }

    @Test func `a conversion of pages that are what they are to become says whose they are`() throws {
        let refusal = host.happen(.pagesConverted(web, from: 0, size: 4096, toShared: true))
        #expect(refusal?.name == .ownership && refusal?.message == "0x200000 is a shared page of web1")
        #expect(host.happen(.pagesConverted(web, from: 0, size: 4096, toShared: false)) == nil)
        #expect(host.happen(.pagesConverted(web, from: 0, size: 4096, toShared: false))?.name == .ownership)
    }

    @Test func `a conversion of what is no page, or of nobody's, says so`() {
        for (from, size) in [(1, 4096), (0, 100), (0, 0), (1 << 40, 4096), (0, 1 << 40)] as [(UInt64, UInt64)] {
            let refusal = host.happen(.pagesConverted(web, from: from, size: size, toShared: false))
            #expect(refusal?.name == .noSuchPages, "\(from), \(size)")
        }
        let nobody = DomainID(high: 1, low: 1)
        let refusal = host.happen(.pagesConverted(nobody, from: 0, size: 4096, toShared: false))
        #expect(refusal?.name == .noSuchDomain)
    }

    @Test func `a conversion that overlaps one that is held names that one, and changes nothing`() throws {
        #expect(host.convert(host.demo.vf0, for: web).outcome == .succeeded)
        host.happen(.dmaStuck(host.demo.vf0, at: 4 << 20))
        #expect(host.happen(.pagesConverted(web, from: 4 << 20, size: 0x4000, toShared: true)) == nil)
        let held = host.memory.conversions
        #expect(held.count == 1)
        let refusal = host.happen(.pagesConverted(web, from: (4 << 20) + 0x2000, size: 0x4000, toShared: true))
        #expect(refusal?.name == .conversionPending)
        #expect(refusal?.message == "conversion of 0x600000..<0x604000 of web1 to shared is pending")
        #expect(host.memory.conversions == held)
    }

    @Test func `functions that cannot be bound say why`() throws {
        let demo = host.demo
        let refusal = host.happen(.peersBound(demo.accelerator, with: demo.network, true))
        #expect(refusal?.name == .notBound && refusal?.message.isEmpty == false)
        #expect(host.happen(.peersBound(demo.accelerator, with: demo.network, false)) == nil)
    }
}

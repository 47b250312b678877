import PCIe
import Testing

@testable import Libvirt

@Suite struct `Hostdev element` {
    private let address = FunctionAddress(segment: 0xA, requesterID: RequesterID(bus: 0x3B, device: 0x1F, function: 1))

    @Test func `is written unmanaged, with the alias that names its address`() {
        #expect(
            Hostdev(assigning: address).element.description == """
                <hostdev managed="no" mode="subsystem" type="pci"><source>\
                <address bus="0x3b" domain="0x000a" function="0x1" slot="0x1f"/></source>\
                <alias name="ua-tdisp-000a-3b-1f-1"/></hostdev>
                """)
    }

    @Test func `comes back from its element`() throws {
        let hostdev = Hostdev(assigning: address)
        #expect(try Hostdev(hostdev.element) == hostdev)
    }

    @Test func `is put into a domain and taken out again, and nothing else changes`() throws {
        let xml = """
            <domain><name>a</name><metadata><x:y xmlns:x="urn:x"><devices/></x:y></metadata><devices><!-- c --><disk/>\
            </devices><q:devices xmlns:q="urn:q"/></domain>
            """
        var document = try DomainDocument(parsing: xml)
        document.insert(Hostdev(assigning: address))
        #expect(try document.hostdevs() == [Hostdev(assigning: address)])
        #expect(document.xml.contains("<disk/><hostdev "))
        document.removeHostdev(at: FunctionAddress(requesterID: address.requesterID))
        #expect(try document.hostdevs().count == 1)
        document.removeHostdev(at: address)
        #expect(document.xml == xml)
    }

    @Test func `is put into a domain without devices`() throws {
        var document = try DomainDocument(parsing: "<domain><name>a</name></domain>")
        document.insert(Hostdev(assigning: address))
        #expect(try document.hostdev(at: address) == Hostdev(assigning: address))
    }

    @Test func `errors name the function and its holder`() throws {
        let uuid = try #require(DomainUUID(bytes: [UInt8](repeating: 0, count: 16)))
        let taken = HostdevError.addressTaken(address, by: DomainIdentity(name: "web1", uuid: uuid))
        #expect(
            taken.description == "000a:3b:1f.1 is a hostdev of domain web1 (00000000-0000-0000-0000-000000000000)")
        #expect(HostdevError.managed(address).description.hasPrefix("000a:3b:1f.1 is a hostdev with managed='yes'"))
        let cause = LibvirtError(.noSupport, message: "no", function: "f")
        #expect(HostdevError.libvirt(cause).description == cause.description)
    }
}

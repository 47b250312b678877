import Libvirt
import PCIe
import Testing

@Suite struct `Domain description` {
    private static let uuid = "00112233-4455-6677-8899-aabbccddeeff"

    private func xml(_ parts: String, memory: String = "<memory unit='KiB'>1048576</memory>") -> String {
        "<domain type='kvm'><name>web1</name><uuid>\(Self.uuid)</uuid>\(memory)\(parts)</domain>"
    }

    private func hostdev(_ address: String, type: String = "pci") -> String {
        "<hostdev mode='subsystem' type='\(type)' managed='no'><source><address \(address)/></source></hostdev>"
    }

    @Test func `of a plain domain has name, UUID and memory and nothing else`() throws {
        let description = try DomainDescription(parsing: xml("<devices/>"))
        #expect(description.identity.name == "web1")
        #expect(description.identity.uuid == DomainUUID(parsing: Self.uuid))
        #expect(description.memoryKiB == 1_048_576)
        #expect(description.launchSecurity == nil)
        #expect(description.hostdevs.isEmpty)
        #expect(description.binding == nil)
    }

    @Test(arguments: [
        ("sev", LaunchSecurity.sev), ("sev-snp", .sevSNP), ("tdx", .tdx), ("s390-pv", .s390PV), ("cca", .cca),
        ("later", LaunchSecurity(rawValue: "later")),
    ]) func `tells the launch security, known or not`(type: String, expected: LaunchSecurity) throws {
        let description = try DomainDescription(
            parsing: xml("<launchSecurity type='\(type)'><policy>1</policy></launchSecurity>"))
        #expect(description.launchSecurity == expected)
    }

    @Test(arguments: [
        ("domain='0x0000' bus='0x3b' slot='0x00' function='0x1'", "0000:3b:00.1"),
        ("domain='0xABCD' bus='0XfF' slot='0x1f' function='0x7'", "abcd:ff:1f.7"),
        ("bus='10' slot='010' function='0'", "0000:0a:08.0"),
    ]) func `reads PCI addresses in every notation libvirt accepts`(address: String, expected: String) throws {
        let description = try DomainDescription(parsing: xml("<devices>\(hostdev(address))</devices>"))
        #expect(description.hostdevs.map(\.address.description) == [expected])
    }

    @Test(arguments: [
        "bus='0x100'", "slot='0x20'", "function='8'", "bus='-1'", "bus='+1'", "bus=''", "bus='0x'", "bus='3b'",
        "slot='09'",
        "domain='0x100000000'", "bus=' 1'",
    ]) func `refuses a PCI address out of range`(address: String) throws {
        let error = try #require(throws: LibvirtError.self) {
            try DomainDescription(parsing: xml("<devices>\(hostdev(address))</devices>"))
        }
        #expect(error.code == .xmlError)
    }

    @Test func `shows a value that is not what it must be on one line`() throws {
        let error = try #require(throws: LibvirtError.self) {
            try DomainDescription(parsing: "<domain><name>a</name><uuid>x\n\u{7F}</uuid></domain>")
        }
        #expect(error.description.contains(#"<uuid> 'x\n\u{7F}' is not a UUID"#))
    }

    @Test func `counts interfaces and disks that are PCI functions, and passes over all other devices`() throws {
        let description = try DomainDescription(
            parsing: xml(
                """
                <devices>
                  <hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>
                  <interface type='hostdev' managed='yes'>
                    <source><address type='pci' domain='0' bus='1' slot='0' function='1'/></source><alias name='net0'/>
                  </interface>
                  <disk type='nvme' device='disk'>
                    <source type='pci' managed='yes' namespace='1'><address domain='0' bus='2' slot='0' function='0'/></source>
                  </disk>
                  <disk type='file'><source file='/x'/></disk>
                  <hostdev mode='subsystem' type='pci' managed='no'>
                    <source><address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source>
                    <alias name='ua-tdisp-0000-03-00-0'/><address type='pci' domain='0' bus='9' slot='0' function='0'/>
                  </hostdev>
                  \(hostdev("domain='0x10000' bus='4'"))
                </devices>
                """))
        #expect(description.hostdevs.map(\.address.description) == ["0000:01:00.1", "0000:02:00.0", "0000:03:00.0"])
        #expect(description.hostdevs.map(\.alias) == ["net0", nil, "ua-tdisp-0000-03-00-0"])
        #expect(description.hostdevs.map(\.isManaged) == [true, true, false])
    }

    @Test func `finds our metadata under any prefix and no one else's`() throws {
        let ours = DomainBinding.namespace
        for (open, close) in [("p:binding xmlns:p='\(ours)'", "p:binding"), ("binding xmlns='\(ours)'", "binding")] {
            let prefix = close.hasPrefix("p:") ? "p:" : ""
            let metadata =
                "<metadata><x:y xmlns:x='urn:x'/><\(open)><\(prefix)tee>tdx</\(prefix)tee></\(close)></metadata>"
            #expect(try DomainDescription(parsing: xml(metadata)).binding == DomainBinding(tee: "tdx"))
        }
        let foreign =
            "<metadata><tdisp:binding xmlns:tdisp='urn:x'><tdisp:tee>tdx</tdisp:tee></tdisp:binding></metadata>"
        #expect(try DomainDescription(parsing: xml(foreign)).binding == nil)
    }

    @Test(arguments: [
        "<network/>", "<domain/>", "<domain><name>a</name></domain>", "<domain><name>a</name><uuid>b</uuid></domain>",
        "<domain><name/><uuid>\(uuid)</uuid><memory>1</memory></domain>",
        "<domain><name>a</name><uuid>\(uuid)</uuid></domain>",
        "<domain><name>a</name><uuid>\(uuid)</uuid><memory>many</memory></domain>",
        "<domain><name>a</name><uuid>\(uuid)</uuid><memory unit='GiB'>1</memory></domain>",
        "<domain><name>a</name><uuid>\(uuid)</uuid><memory>1</memory><devices><hostdev type='pci'/></devices></domain>",
    ]) func `of something else than a domain is an error`(xml: String) throws {
        let error = try #require(throws: LibvirtError.self) { try DomainDescription(parsing: xml) }
        #expect(error.code == .xmlError)
        #expect(error.function == "domain XML")
    }
}

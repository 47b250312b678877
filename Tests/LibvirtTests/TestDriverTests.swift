import Libvirt
import PCIe
import Testing

extension `With libvirt` {
    @Suite struct `Test driver` {
        @Test func `the built-in host lists its one domain`() async throws {
            let connection = try await LibvirtConnection.open(uri: "test:///default")
            let domains = try await connection.domains()
            #expect(domains.map(\.name) == ["test"])
            #expect(domains.first?.state == .running)
            #expect(await connection.isAlive)
            await connection.close()
        }

        @Test func `a host of our own lists its domains with their states`() async throws {
            try await TestHost.with { connection in
                let domains = try await connection.domains()
                #expect(domains.map(\.name) == ["off1", "web1"])
                #expect(domains.map(\.uuid) == [TestHost.off1.uuid, TestHost.web1.uuid])
                #expect(domains.map(\.state) == [.shutoff, .running])
                #expect(domains.map(\.isActive) == [false, true])
                #expect(domains.map(\.isPersistent) == [true, true])
            }
        }

        @Test func `a domain is found by name and by UUID`() async throws {
            try await TestHost.with { connection in
                let byName = try await connection.domain(.name("web1"))
                #expect(try await connection.domain(.uuid(TestHost.web1.uuid)) == byName)
                #expect(byName.identity.description == "web1 (11111111-1111-1111-1111-111111111101)")
            }
        }

        @Test(arguments: [DomainReference.name("gone"), .name(""), .name("web1\0"), .uuid(TestHost.uuid(9))])
        func `a domain that is not there is an error of its own`(reference: DomainReference) async throws {
            try await TestHost.with { connection in
                let error = try await #require(throws: LibvirtError.self) { try await connection.domain(reference) }
                #expect(error.code == .noDomain)
                #expect(error.function.hasPrefix("virDomainLookupBy"))
                #expect(!error.isConnectionLost)
            }
        }

        @Test func `a description tells memory, TEE and that there is no launch security`() async throws {
            try await TestHost.with { connection in
                let description = try await connection.description(of: TestHost.web1.uuid)
                #expect(description.identity.name == "web1")
                #expect(description.memoryKiB == TestHost.web1.memoryKiB)
                #expect(description.binding == DomainBinding(tee: "sev-snp"))
                #expect(description.launchSecurity == nil)
                #expect(try await connection.description(of: TestHost.off1.uuid).binding == nil)
            }
        }

        @Test func `a domain with launch security can be defined and tells it`() async throws {
            try await TestHost.with(domains: []) { connection in
                let domain = try await connection.define(
                    """
                    <domain type='test'><name>sev1</name><memory>1024</memory><os><type>hvm</type></os>
                    <launchSecurity type='sev'><cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>1</policy>
                    </launchSecurity></domain>
                    """)
                #expect(domain.state == .shutoff)
                #expect(try await connection.description(of: domain.uuid).launchSecurity == .sev)
            }
        }

        @Test func `XML that libvirt refuses is its error`() async throws {
            try await TestHost.with { connection in
                let error = try await #require(throws: LibvirtError.self) { try await connection.define("<domain/>") }
                #expect(error.function == "virDomainDefineXMLFlags")
                #expect(error.domain != .none)
                #expect(error.message.contains("name"))
            }
        }

        @Test func `a domain starts, stops and is undefined`() async throws {
            try await TestHost.with { connection in
                let uuid = TestHost.off1.uuid
                try await connection.start(uuid)
                #expect(try await connection.domain(.uuid(uuid)).state == .running)
                let error = try await #require(throws: LibvirtError.self) { try await connection.start(uuid) }
                #expect(error.function == "virDomainCreate")
                try await connection.destroy(uuid)
                #expect(try await connection.domain(.uuid(uuid)).isActive == false)
                try await connection.undefine(uuid)
                #expect(try await connection.domains().map(\.name) == ["web1"])
            }
        }
    }
}

extension `With libvirt` {
    @Suite struct `Metadata of a domain` {
        private func device(_ address: String, phase: String = "private") throws -> DomainBinding.Device {
            DomainBinding.Device(
                address: try FunctionAddress(parsing: address), phase: phase, lockEpoch: 7, confirmedState: "RUN")
        }

        @Test(arguments: [
            "private", "<a b='c'>&amp;]]>-->", "\"quoted\"\t\n", "漢字 🦊", "  two  ", "%s%n", "</tdisp:binding>",
        ])
        func `comes back as it was written, whatever the text`(text: String) async throws {
            let device = try device("3b:00.1", phase: text)
            try await TestHost.with { connection in
                let uuid = TestHost.web1.uuid
                let written = try await connection.updateBinding(of: uuid) { binding in
                    binding.tee = text
                    binding.record(device)
                }
                #expect(try await connection.binding(of: uuid) == written)
                #expect(try await connection.description(of: uuid).binding == written)
                #expect(written == DomainBinding(tee: text, devices: [device]))
            }
        }

        @Test func `keeps the TEE and other devices when one device changes`() async throws {
            let (one, two) = (try device("3b:00.1"), try device("3b:00.2"))
            try await TestHost.with { connection in
                let uuid = TestHost.web1.uuid
                try await connection.updateBinding(of: uuid) { $0.record(one) }
                try await connection.updateBinding(of: uuid) { $0.record(two) }
                try await connection.updateBinding(of: uuid) { $0.remove(one.address) }
                #expect(try await connection.binding(of: uuid) == DomainBinding(tee: "sev-snp", devices: [two]))
            }
        }

        @Test func `is shown in the XML under our prefix, and gone when it is empty`() async throws {
            let device = try device("3b:00.1")
            try await TestHost.with { connection in
                let uuid = TestHost.off1.uuid
                #expect(try await connection.binding(of: uuid) == nil)
                try await connection.updateBinding(of: uuid) { $0.record(device) }
                let xml = try await connection.xml(of: uuid)
                #expect(xml.contains("<tdisp:binding xmlns:tdisp=\"https://tdispctl.dev/xmlns/binding/1\">"))
                #expect(xml.contains("<tdisp:device address=\"0000:3b:00.1\""))
                try await connection.updateBinding(of: uuid) { $0.remove(device.address) }
                #expect(try await connection.binding(of: uuid) == nil)
                #expect(try await connection.xml(of: uuid).contains("tdisp") == false)
            }
        }

        @Test func `is removed whether it is there or not`() async throws {
            try await TestHost.with { connection in
                try await connection.removeBinding(of: TestHost.web1.uuid)
                #expect(try await connection.binding(of: TestHost.web1.uuid) == nil)
                try await connection.removeBinding(of: TestHost.web1.uuid)
                #expect(try await connection.binding(of: TestHost.web1.uuid) == nil)
            }
        }

        @Test func `that someone else made unreadable is an error, and can be removed`() async throws {
            try await TestHost.with(domains: []) { connection in
                let domain = try await connection.define(
                    """
                    <domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os>
                    <metadata><tdisp:binding xmlns:tdisp='https://tdispctl.dev/xmlns/binding/1'>
                    <tdisp:device address='?'/></tdisp:binding></metadata></domain>
                    """)
                let error = try await #require(throws: LibvirtError.self) {
                    try await connection.binding(of: domain.uuid)
                }
                #expect(error.code == .xmlError)
                await #expect(throws: LibvirtError.self) {
                    try await connection.updateBinding(of: domain.uuid) { $0.tee = "x" }
                }
                try await connection.removeBinding(of: domain.uuid)
                #expect(try await connection.binding(of: domain.uuid) == nil)
            }
        }
    }
}

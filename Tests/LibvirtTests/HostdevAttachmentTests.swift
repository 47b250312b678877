import Libvirt
import PCIe
import Testing

extension `With libvirt` {
    /// The test driver of libvirt 9.0 cannot attach; later ones attach live. What must hold with both is asserted for
    /// both, and where they differ, by what the driver did.
    @Suite struct `Attaching a hostdev with the test driver` {
        private let address = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 1))
        private let running = TestHost.web1.uuid
        private let off = TestHost.off1.uuid

        private func views(_ connection: LibvirtConnection, _ uuid: DomainUUID) async throws -> [String] {
            [try await connection.xml(of: uuid, .current), try await connection.xml(of: uuid, .persistent)]
        }

        @Test func `puts it where the outcome says, and taking it out leaves the XML as it was`() async throws {
            try await TestHost.with { connection in
                for (uuid, view) in [(running, DomainView.persistent), (off, .current)] {
                    let before = try await views(connection, uuid)
                    let attached = try await connection.attachHostdev(address, to: uuid, persistentStandIn: true)
                    #expect(attached.progress == .done)
                    let seen = attached.place == .live ? DomainView.current : view
                    #expect(try await connection.description(of: uuid, seen).hostdevs == [Hostdev(assigning: address)])
                    let detached = try await connection.detachHostdev(address, from: uuid, persistentStandIn: true)
                    #expect(detached == attached)
                    #expect(try await views(connection, uuid) == before)
                }
            }
        }

        @Test func `of a domain that is off goes to its persistent XML`() async throws {
            try await TestHost.with { connection in
                let outcome = try await connection.attachHostdev(address, to: off, persistentStandIn: true)
                #expect(outcome == HostdevOutcome(.persistent, .done))
            }
        }

        @Test func `without a stand-in either is live or is an error that changes nothing`() async throws {
            try await TestHost.with { connection in
                let before = try await views(connection, running)
                do {
                    let outcome = try await connection.attachHostdev(address, to: running)
                    #expect(outcome == HostdevOutcome(.live, .done))
                } catch HostdevError.libvirt(let error) {
                    #expect(error.code == .noSupport)
                    #expect(error.function == "virDomainAttachDeviceFlags")
                    #expect(try await views(connection, running) == before)
                }
            }
        }

        @Test func `twice, and detaching twice, is reported as done already`() async throws {
            try await TestHost.with { connection in
                for uuid in [running, off] {
                    let first = try await connection.attachHostdev(address, to: uuid, persistentStandIn: true)
                    let again = try await connection.attachHostdev(address, to: uuid, persistentStandIn: true)
                    #expect(again == HostdevOutcome(first.place, .alreadyDone))
                    #expect(try await connection.description(of: uuid, .persistent).hostdevs.count <= 1)
                    _ = try await connection.detachHostdev(address, from: uuid, persistentStandIn: true)
                    let gone = try await connection.detachHostdev(address, from: uuid, persistentStandIn: true)
                    #expect(gone.progress == .alreadyDone)
                }
            }
        }

        @Test func `of a function that another domain has is refused and names that domain`() async throws {
            try await TestHost.with { connection in
                for (holder, other) in [(TestHost.off1, running), (TestHost.web1, off)] {
                    _ = try await connection.attachHostdev(address, to: holder.uuid, persistentStandIn: true)
                    let before = try await views(connection, other)
                    let error = try await #require(throws: HostdevError.self) {
                        try await connection.attachHostdev(address, to: other, persistentStandIn: true)
                    }
                    #expect(error == .addressTaken(address, by: DomainIdentity(name: holder.name, uuid: holder.uuid)))
                    #expect(try await views(connection, other) == before)
                    _ = try await connection.detachHostdev(address, from: holder.uuid, persistentStandIn: true)
                }
            }
        }

        @Test func `of two functions keeps both, and detaching one keeps the other`() async throws {
            let sibling = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 2))
            try await TestHost.with { connection in
                _ = try await connection.attachHostdev(address, to: off, persistentStandIn: true)
                _ = try await connection.attachHostdev(sibling, to: off, persistentStandIn: true)
                _ = try await connection.detachHostdev(address, from: off, persistentStandIn: true)
                #expect(try await connection.description(of: off).hostdevs == [Hostdev(assigning: sibling)])
            }
        }

        @Test func `does not make a transient domain persistent`() async throws {
            try await TestHost.with { connection in
                try await connection.undefine(running)
                do {
                    let outcome = try await connection.attachHostdev(address, to: running, persistentStandIn: true)
                    #expect(outcome == HostdevOutcome(.live, .done))
                } catch HostdevError.libvirt(let error) {
                    #expect(error.code == .operationInvalid)
                }
                #expect(try await connection.domain(.uuid(running)).isPersistent == false)
            }
        }

        @Test func `that libvirt manages by itself is refused`() async throws {
            try await TestHost.with(domains: []) { connection in
                let domain = try await connection.define(
                    """
                    <domain type='test'><name>a</name><memory>1024</memory><os><type>hvm</type></os><devices>
                    <hostdev mode='subsystem' type='pci' managed='yes'><source>
                    <address domain='0' bus='0x3b' slot='0' function='1'/></source></hostdev></devices></domain>
                    """)
                let error = try await #require(throws: HostdevError.self) {
                    try await connection.attachHostdev(address, to: domain.uuid, persistentStandIn: true)
                }
                #expect(error == .managed(address))
            }
        }

        @Test func `to a domain that is not there is its error`() async throws {
            try await TestHost.with { connection in
                let error = try await #require(throws: HostdevError.self) {
                    try await connection.attachHostdev(address, to: TestHost.uuid(9), persistentStandIn: true)
                }
                guard case .libvirt(let cause) = error else { throw error }
                #expect(cause.code == .noDomain)
            }
        }
    }
}

import Foundation
import Libvirt
import PCIe
import Testing

extension `With libvirt` {
    @Suite struct `Connection` {
        @Test(arguments: [
            "nosuch:///x", "test:///nonexistent/host.xml", "qemu+unix:///system?socket=/nonexistent/socket",
            "test://\0",
        ]) func `to nothing is an error with its cause`(uri: String) async throws {
            let error = try await #require(throws: LibvirtError.self) { try await LibvirtConnection.open(uri: uri) }
            #expect(error.function == "virConnectOpen")
            #expect(!error.message.isEmpty)
        }

        @Test func `to a socket that no one listens on is a lost connection`() async throws {
            let error = try await #require(throws: LibvirtError.self) {
                try await LibvirtConnection.open(uri: "qemu+unix:///system?socket=/nonexistent/socket")
            }
            #expect(error.isConnectionLost)
            #expect(error.message.contains("/nonexistent/socket"))
        }

        @Test func `once closed refuses every call and ends its events`() async throws {
            try await TestHost.with { connection in
                await connection.close()
                #expect(await connection.isAlive == false)
                let error = try await #require(throws: LibvirtError.self) { try await connection.domains() }
                #expect(
                    error
                        == LibvirtError(
                            .invalidConnection, message: "the connection is closed",
                            function: "virConnectListAllDomains"))
                await #expect(throws: LibvirtError.self) { try await connection.reopen() }
                var rest: [LibvirtEvent] = []
                for await event in connection.events { rest.append(event) }
                #expect(rest.isEmpty)
            }
        }

        @Test func `reopened starts from the file again and reports events`() async throws {
            try await TestHost.with { connection in
                try await connection.undefine(TestHost.off1.uuid)
                #expect(try await connection.reopen().map(\.name) == ["off1", "web1"])
                try await connection.start(TestHost.off1.uuid)
                _ = try await connection.nextEvent { event in
                    if case .lifecycle(let domain, .started, _) = event { domain.name == "off1" } else { false }
                }
            }
        }

        @Test func `reports lifecycle and metadata events with the domain they are of`() async throws {
            try await TestHost.with { connection in
                let off1 = DomainIdentity(name: "off1", uuid: TestHost.off1.uuid)
                try await connection.start(off1.uuid)
                try await connection.updateBinding(of: off1.uuid) { $0.tee = "tdx" }
                try await connection.destroy(off1.uuid)
                var seen: [LibvirtEvent] = []
                for await event in connection.events {
                    seen.append(event)
                    if case .lifecycle(off1, .stopped, _) = event { break }
                }
                #expect(seen.contains(.metadataChanged(off1, namespace: DomainBinding.namespace)))
                let kinds = seen.compactMap { if case .lifecycle(off1, let kind, _) = $0 { kind } else { nil } }
                #expect(kinds == [.started, .stopped])
            }
        }

        @Test func `tells its reader that events were lost`() async throws {
            try await TestHost.with(eventCapacity: 1) { connection in
                for tee in ["a", "b", "c"] {
                    try await connection.updateBinding(of: TestHost.web1.uuid) { $0.tee = tee }
                }
                // A second connection's event proves that the loop has delivered those before it.
                let other = try await LibvirtConnection.open(uri: "test:///default")
                let domain = try await other.domain(.name("test"))
                try await other.updateBinding(of: domain.uuid) { $0.tee = $0.tee == "x" ? "y" : "x" }
                _ = try await other.nextEvent { if case .metadataChanged = $0 { true } else { false } }
                await other.close()
                _ = try await connection.nextEvent { $0 == .eventsLost(count: 2) }
            }
        }

        @Test func `keeps the errors of calls at the same time apart`() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        let connection = try await LibvirtConnection.open(uri: "test:///default")
                        for round in 0..<25 {
                            let unit = "unit-\(number)-\(round)"
                            let domain = """
                                <domain type='test'><name>x</name><memory unit='\(unit)'>1</memory>
                                <os><type>hvm</type></os></domain>
                                """
                            let error = try await #require(throws: LibvirtError.self) {
                                try await connection.define(domain)
                            }
                            #expect(error.function == "virDomainDefineXMLFlags")
                            #expect(error.message.contains(unit))
                        }
                        await connection.close()
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test func `works again after the event loop was stopped, and stopping it twice is no harm`() async throws {
            await LibvirtEventLoop.stop()
            await LibvirtEventLoop.stop()
            try await TestHost.with { connection in
                try await connection.start(TestHost.off1.uuid)
                _ = try await connection.nextEvent { if case .lifecycle(_, .started, _) = $0 { true } else { false } }
            }
        }

        @Test func `prints nothing to standard error when calls fail`() async throws {
            let result = try await #require(
                processExitsWith: .success, observing: [\.standardErrorContent]
            ) {
                let connection = try await LibvirtConnection.open(uri: "test:///default")
                await #expect(throws: LibvirtError.self) { try await connection.domain(.name("gone")) }
                await #expect(throws: LibvirtError.self) { try await connection.define("<domain/>") }
                await #expect(throws: LibvirtError.self) { try await LibvirtConnection.open(uri: "nosuch:///x") }
                await connection.close()
                await LibvirtEventLoop.stop()
            }
            #expect(String(decoding: result.standardErrorContent, as: UTF8.self) == "")
        }
    }
}

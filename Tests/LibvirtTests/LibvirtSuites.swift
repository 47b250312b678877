import Foundation
import Libvirt
import Testing

/// All suites that open connections: libvirt's event loop and its QEMU driver exist once in a process.
@Suite(.serialized, .timeLimit(.minutes(10))) enum `With libvirt` {}

/// A directory of a test's own, removed with it.
struct TemporaryDirectory: ~Copyable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tdispctl-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A host of the test driver with a running domain `web1` and a domain `off1` that is off.
enum TestHost {
    static let web1 = TestDriverDocument.Domain(
        name: "web1", uuid: uuid(1), memoryKiB: 65536, isRunning: true, tee: "sev-snp")
    static let off1 = TestDriverDocument.Domain(
        name: "off1", uuid: uuid(2), memoryKiB: 32768, isRunning: false, tee: nil)

    static func uuid(_ last: UInt8) -> DomainUUID {
        // 16 bytes always make a UUID.
        DomainUUID(bytes: [UInt8](repeating: 0x11, count: 15) + [last]) ?? uuid(last)
    }

    /// Opens a host of its own, hands it to `body` and closes it.
    static func with(
        domains: [TestDriverDocument.Domain] = [web1, off1], eventCapacity: Int = 256,
        _ body: (LibvirtConnection) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let uri = try TestDriverDocument(domains: domains).write(to: directory.path + "/host with space.xml")
        let connection = try await LibvirtConnection.open(uri: uri, eventCapacity: eventCapacity)
        try await body(connection)
        await connection.close()
    }
}

extension LibvirtConnection {
    /// The first event that `isWanted`; earlier ones are passed over.
    nonisolated func nextEvent(where isWanted: (LibvirtEvent) -> Bool) async throws -> LibvirtEvent {
        for await event in events where isWanted(event) { return event }
        throw CancellationError()
    }
}

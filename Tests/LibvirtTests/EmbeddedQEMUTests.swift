import Foundation
import Libvirt
import PCIe
import Testing

/// What libvirt's embedded QEMU driver needs.
private enum EmbeddedQEMU {
    static let emulator = "/usr/bin/qemu-system-x86_64"

    static let isInstalled: Bool = {
        let libraries = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
        let drivers = libraries.map { $0 + "/libvirt/connection-driver/libvirt_driver_qemu.so" }
        return FileManager.default.isExecutableFile(atPath: emulator)
            && drivers.contains { FileManager.default.fileExists(atPath: $0) }
    }()

    /// As root the driver refuses to start when the account it would run QEMU as does not exist, even if it is not used.
    static let hasAccount: Bool = {
        let accounts = (try? String(contentsOfFile: "/etc/passwd", encoding: .utf8)) ?? ""
        return geteuid() != 0 || accounts.split(separator: "\n").contains { $0.hasPrefix("libvirt-qemu:") }
    }()

    /// No disk, no kernel: the firmware runs and finds nothing to boot.
    static let domain = """
        <domain type='qemu'><name>tiny</name><memory unit='KiB'>32768</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='q35'>hvm</type></os>
        <devices><emulator>\(emulator)</emulator><controller type='usb' model='none'/><memballoon model='none'/></devices>
        </domain>
        """

    /// Log to a file, as there is no virtlogd, and run QEMU as this user, who can read its capabilities' cache.
    static let configuration = """
        stdio_handler = "file"
        user = "root"
        group = "root"
        """
}

extension `With libvirt` {
    @Suite(
        .enabled(
            if: EmbeddedQEMU.isInstalled,
            "needs QEMU and libvirt's driver (Debian: qemu-system-x86, libvirt-daemon-driver-qemu)"),
        .enabled(if: EmbeddedQEMU.hasAccount, "needs, as root, the account libvirt-qemu (scripts/setup makes it)"))
    struct `Embedded QEMU` {
        private let address = FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: 1))

        /// One test: a process can have the embedded driver once, and its first start of QEMU takes seconds.
        @Test func `a real domain runs, refuses what the host cannot do unchanged, and stops`() async throws {
            let directory = try TemporaryDirectory()
            try FileManager.default.createDirectory(atPath: directory.path + "/etc", withIntermediateDirectories: false)
            try EmbeddedQEMU.configuration.write(
                toFile: directory.path + "/etc/qemu.conf", atomically: true, encoding: .utf8)
            let connection = try await LibvirtConnection.open(uri: "qemu:///embed?root=\(directory.path)")
            let uuid = try await connection.define(EmbeddedQEMU.domain).uuid
            try await connection.start(uuid)
            do {
                try await exercise(connection, uuid)
            } catch {
                try await connection.destroy(uuid)
                throw error
            }
            try await stop(connection, uuid)
            await connection.close()
        }

        private func exercise(_ connection: LibvirtConnection, _ uuid: DomainUUID) async throws {
            #expect(try await connection.domain(.uuid(uuid)).state == .running)
            _ = try await connection.nextEvent { if case .lifecycle(_, .started, _) = $0 { true } else { false } }

            let views = [try await connection.xml(of: uuid), try await connection.xml(of: uuid, .persistent)]
            let error = try await #require(throws: HostdevError.self) {
                try await connection.attachHostdev(address, to: uuid, persistentStandIn: true)
            }
            guard case .libvirt(let cause) = error else { throw error }
            #expect(cause.function == "virDomainAttachDeviceFlags")
            #expect(cause.code == .configurationUnsupported)
            #expect([try await connection.xml(of: uuid), try await connection.xml(of: uuid, .persistent)] == views)

            try await connection.updateBinding(of: uuid) { $0.tee = "tdx" }
            _ = try await connection.nextEvent { if case .metadataChanged = $0 { true } else { false } }
            #expect(try await connection.description(of: uuid).binding == DomainBinding(tee: "tdx"))
        }

        private func stop(_ connection: LibvirtConnection, _ uuid: DomainUUID) async throws {
            try await connection.destroy(uuid)
            _ = try await connection.nextEvent { if case .lifecycle(_, .stopped, _) = $0 { true } else { false } }
            #expect(try await connection.binding(of: uuid) == nil, "metadata of a run ends with it")

            let attached = try await connection.attachHostdev(address, to: uuid)
            #expect(attached == HostdevOutcome(.persistent, .done))
            #expect(try await connection.description(of: uuid).hostdevs == [Hostdev(assigning: address)])
            let detached = try await connection.detachHostdev(address, from: uuid)
            #expect(detached == HostdevOutcome(.persistent, .done))
            try await connection.undefine(uuid)
        }
    }
}

import Foundation
import Libvirt
import Testing

/// A libvirtd of a test's own: unprivileged, all its files and its socket in one directory.
private struct PrivateDaemon: ~Copyable {
    static let program = "/usr/sbin/libvirtd"
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

    private let directory: TemporaryDirectory
    private var pidFile: String { directory.path + "/pid" }

    /// The daemon's own test driver, reached through its socket.
    var uri: String { "test+unix:///default?socket=\(directory.path)/libvirt/libvirt-sock" }

    init(in directory: consuming TemporaryDirectory) { self.directory = directory }

    /// Starts the daemon and returns when its socket is there: `--daemon` lets the parent wait for that.
    func start() throws {
        // The daemon runs as nobody where the test runs as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
        // As root it would be the system's daemon, with the system's directories.
        let user = geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : ""
        // Process waits for the end of all who inherit its descriptors, so the daemon must not.
        let script = """
            for path in /proc/$$/fd/*; do fd=${path##*/}; [ $fd -gt 2 ] && eval "exec $fd>&-"; done
            exec \(user) \(Self.program) --daemon --pid-file '\(pidFile)' --timeout 60
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(
            ["HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map { ($0, directory.path) }
        ) { first, _ in first }
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// Ends the daemon as a crash would.
    func kill() throws {
        let text = try String(contentsOfFile: pidFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        Foundation.kill(try #require(pid_t(text)), SIGKILL)
    }
}

extension `With libvirt` {
    @Suite(.enabled(if: PrivateDaemon.isInstalled, "needs /usr/sbin/libvirtd (Debian: libvirt-daemon)"))
    struct `Daemon` {
        @Test func `that dies is reported, every call fails, and reopening finds its successor`() async throws {
            let daemon = PrivateDaemon(in: try TemporaryDirectory())
            try daemon.start()
            let connection = try await LibvirtConnection.open(uri: daemon.uri)
            #expect(try await connection.domains().map(\.name) == ["test"])

            try daemon.kill()
            let event = try await connection.nextEvent { if case .connectionClosed = $0 { true } else { false } }
            #expect(event == .connectionClosed(.endOfFile))
            #expect(await connection.isAlive == false)
            let error = try await #require(throws: LibvirtError.self) { try await connection.domains() }
            #expect(error.isConnectionLost)
            let refusal = try await #require(throws: LibvirtError.self) { try await connection.reopen() }
            #expect(refusal.isConnectionLost)

            try daemon.start()
            let domains = try await connection.reopen()
            #expect(domains.map(\.name) == ["test"])
            #expect(await connection.isAlive)
            try await connection.destroy(try #require(domains.first).uuid)
            _ = try await connection.nextEvent { if case .lifecycle(_, .stopped, _) = $0 { true } else { false } }
            await connection.close()
            try daemon.kill()
        }
    }
}

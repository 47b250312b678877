import Foundation
import Testing

/// A libvirtd of a test's own: unprivileged, all its files and its socket in one directory.
struct PrivateDaemon: ~Copyable {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/libvirtd")

    private let tool: Tool
    private let directory: String

    /// The daemon's test driver with the domains of a file, reached through the daemon's socket.
    var uri: String { "test+unix://\(directory)/domains.xml?socket=\(directory)/libvirt/libvirt-sock" }

    /// Prepares a directory for a daemon with domains. It runs as nobody where the test runs as root.
    init(domains: String, for tool: Tool) throws {
        self.tool = tool
        directory = FileManager.default.temporaryDirectory.path + "/tdispctl-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory)
        let file = directory + "/domains.xml"
        try domains.write(toFile: file, atomically: false, encoding: .utf8)
        // Whatever mask another test has set meanwhile: nobody must be able to read it.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    }

    deinit {
        try? kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts it, and returns when its socket is there: `--daemon` lets the parent wait for that.
    func start() async throws {
        // As root it would be the system's daemon, with the system's directories. And whoever inherits a descriptor of
        // Process's would be waited for.
        let user = geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups" : ""
        let ended = try await tool.shell(
            """
            for path in /proc/$$/fd/*; do fd=${path##*/}; [ $fd -gt 2 ] && eval "exec $fd>&-"; done
            export HOME='\(directory)' XDG_RUNTIME_DIR='\(directory)' XDG_CONFIG_HOME='\(directory)'
            export XDG_CACHE_HOME='\(directory)'
            exec \(user) /usr/sbin/libvirtd --daemon --pid-file '\(directory)/pid' --timeout 60
            """)
        try #require(ended.status == 0, "\(ended.err)")
    }

    /// Ends it as a crash would.
    func kill() throws {
        let text = try String(contentsOfFile: directory + "/pid", encoding: .utf8)
        Foundation.kill(try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))), SIGKILL)
        try FileManager.default.removeItem(atPath: directory + "/pid")
    }
}

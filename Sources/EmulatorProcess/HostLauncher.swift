public import Assignment
internal import Foundation
internal import SPDMTransport

/// Starts the emulated host's process when it is needed. It is a process group of its own, so neither a kill of the manager
/// nor Ctrl-C in its terminal reaches it.
public struct HostLauncher: Sendable {
    /// Where socket and log of the host are.
    public let directory: String
    /// The program to start: this one.
    public let program: String

    /// Creates a launcher for a state directory.
    public init(directory: String, program: String) {
        self.directory = directory
        self.program = program
    }

    /// The socket's path.
    public var socketPath: String { directory + "/emulated-host.sock" }
    /// The log's path.
    public var logPath: String { directory + "/emulated-host.log" }

    /// Whether a host runs or has run here: its socket outlives it.
    public var hasRun: Bool { FileManager.default.fileExists(atPath: socketPath) }

    /// A client of the host that runs, or nil when none does.
    public func running() async throws(PlatformError) -> (client: HostClient, greeting: HostGreeting)? {
        guard hasRun else { return nil }
        let client = HostClient(path: socketPath)
        do throws(PlatformError) {
            return (client, try await client.hello())
        } catch {
            guard error.code == .unreachable else { throw error }
            return nil
        }
    }

    /// Starts a host and waits until it answers.
    ///
    /// The child tells that it listens by one line on its standard output; when it ends instead, its last words are the
    /// error.
    public func start(arguments: [String]) async throws(PlatformError) -> (client: HostClient, greeting: HostGreeting) {
        let ready = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = ready
        do {
            process.standardError = try openLog()
            try process.run()
        } catch {
            throw PlatformError(
                .denied, "the emulated host cannot be started in \(directory): \(systemReason(of: error))")
        }
        try? ready.fileHandleForWriting.close()
        let line = await firstLine(of: ready.fileHandleForReading)
        guard line == Self.readyLine else {
            process.waitUntilExit()
            throw PlatformError(Self.exitCodes[process.terminationStatus] ?? .unreachable, lastWords() ?? line)
        }
        let client = HostClient(path: socketPath)
        return (client, try await client.hello())
    }

    /// The exit codes with which a host that cannot start says why.
    public static let exitCodes: [Int32: PlatformError.Code] = [
        1: .denied, 2: .invalidInput, 7: .unsupported, 8: .unreachable,
    ]

    /// What a host prints when it listens.
    public static let readyLine = "listening"

    private func openLog() throws -> FileHandle {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard manager.createFile(atPath: logPath, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteNoPermission)
        }
        return try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    }

    /// Reads on a thread of its own: the child may take its time.
    private func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var line: [UInt8] = []
                while let byte = (try? handle.read(upToCount: 1))?.first, byte != UInt8(ascii: "\n") {
                    line.append(byte)
                }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }

    private func lastWords() -> String? {
        guard let log = FileManager.default.contents(atPath: logPath) else { return nil }
        let text = String(decoding: log, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }
}

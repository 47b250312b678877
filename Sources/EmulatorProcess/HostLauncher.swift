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
    /// The child tells by one line on its standard output that it listens, or why it does not. When it ends without a word
    /// there, the last ones of its log are the error.
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
        } catch CocoaError.fileWriteOutOfSpace {
            throw PlatformError(.noSpace, "the emulated host cannot be started in \(directory): the disk is full")
        } catch {
            throw PlatformError(
                .denied, "the emulated host cannot be started in \(directory): \(systemReason(of: error))")
        }
        try? ready.fileHandleForWriting.close()
        let line = await firstLine(of: ready.fileHandleForReading)
        guard line == Self.readyLine else {
            process.waitUntilExit()
            throw Self.refusal(in: line)
                ?? PlatformError(
                    .unreachable,
                    lastWords() ?? "the emulated host ended with code \(process.terminationStatus) and said nothing")
        }
        let client = HostClient(path: socketPath)
        return (client, try await client.hello())
    }

    /// What a host prints when it listens.
    public static let readyLine = "listening"

    /// What a host prints that cannot start.
    public static func line(refusing error: PlatformError) -> String {
        (try? JSONEncoder().encode(error)).map { String(decoding: $0, as: UTF8.self) } ?? error.message
    }

    private static func refusal(in line: String) -> PlatformError? {
        try? JSONDecoder().decode(PlatformError.self, from: Data(line.utf8))
    }

    private func openLog() throws -> FileHandle {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data().write(to: URL(fileURLWithPath: logPath))
        try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: logPath)
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

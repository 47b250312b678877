import Foundation
import Testing

/// A process that was started: it can be sent signals, and its end can be waited for.
struct Running: Sendable {
    /// Its process ID.
    let pid: pid_t
    private let process: Process
    private let output: String
    private let end: Task<Void, Never>

    /// Starts a program. Its output goes to files, which nobody has to drain; standard output to `reader` if one is named.
    init(
        _ program: String, _ arguments: [String], _ environment: [String: String], output: String,
        reader: FileHandle? = nil
    ) throws {
        let (ends, continuation) = AsyncStream<Void>.makeStream()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let files = (out: try Self.open(output + ".out"), err: try Self.open(output + ".err"))
        process.standardOutput = reader ?? files.out
        process.standardError = files.err
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        // Process keeps them, and is itself kept for long.
        try files.out.close()
        try files.err.close()
        self.process = process
        self.output = output
        pid = process.processIdentifier
        let pid = pid
        // A hang ends the test, and not the patience of whoever runs it.
        let watch = Task {
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
            kill(pid, SIGKILL)
        }
        end = Task {
            for await _ in ends {}
            watch.cancel()
        }
    }

    /// Sends a signal.
    func signal(_ signal: Int32) { kill(pid, signal) }

    /// What it has written to standard output so far.
    var out: String { Self.read(output + ".out") }

    /// What it has written to standard error so far.
    var err: String { Self.read(output + ".err") }

    /// Waits for its end.
    func ended() async throws -> Ended {
        await end.value
        return Ended(
            status: process.terminationReason == .exit ? process.terminationStatus : nil,
            signal: process.terminationReason == .exit ? nil : process.terminationStatus,
            out: Self.read(output + ".out"), err: err)
    }

    private static func open(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    private static func read(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// What became of a process.
struct Ended: Sendable {
    /// Its exit code; nil when a signal ended it.
    let status: Int32?
    /// The signal that ended it.
    let signal: Int32?
    /// Standard output.
    let out: String
    /// Standard error.
    let err: String

    /// Standard output as the one JSON object that it has to be.
    var json: JSONValue {
        get throws { try JSONValue(parsing: out) }
    }

    /// The items of that object.
    var items: JSONValue {
        get throws { try json["items"] }
    }
}

extension Running {
    /// Whether it has a file of this name open.
    func hasOpen(_ name: String) -> Bool {
        let directory = "/proc/\(pid)/fd"
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return descriptors.contains { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(descriptor)")
            return target?.hasSuffix("/" + name) == true
        }
    }
}

/// Waits until something is so that another process brings about, which cannot tell us. Throws after half a minute.
func eventually(_ isSo: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverHappened() }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// What was waited for did not come.
struct NeverHappened: Error {}

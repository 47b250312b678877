import EmulatorProcess
import Foundation
import Testing

/// The program as it was built, with a state directory and an environment of its own.
struct Tool: Sendable {
    /// A directory of the test's own.
    let scratch: String
    /// What every call gets.
    var environment: [String: String]

    /// Where journal and socket are; the program makes it.
    var stateDirectory: String { scratch + "/state" }

    /// Hands the program with a running emulated host to a test, and ends whatever that started, also when it fails.
    ///
    /// - Parameters:
    ///   - topology: the text of the host's topology; nil: the demo's.
    static func with(topology: String? = nil, _ body: (Tool) async throws -> Void) async throws {
        try await withoutHost { plain in
            let source = try topology.map { try plain.write($0, to: "host.yaml") } ?? "demo"
            let tool = plain.with("TDISPCTL_TOPOLOGY", source)
            try await tool.succeed("emulate", "start")
            try await body(tool)
        }
    }

    /// Hands the program to a test, where no emulated host runs and no topology is named.
    ///
    /// A few tests at a time: what they wait for comes from other processes, which need the processor more.
    static func withoutHost<Result>(_ body: (Tool) async throws -> Result) async throws -> Result {
        try await Turnstile.shared.pass {
            let scratch = try Scratch()
            let environment = [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": scratch.path, "TDISPCTL": Self.path,
                "TDISPCTL_STATE_DIR": scratch.path + "/state",
            ]
            return try await body(Tool(scratch: scratch.path, environment: environment))
        }
    }

    /// The program, beside the tests that were built with it.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("tdispctl").path
    }()

    // MARK: Calls

    /// Runs the program to its end.
    func run(_ arguments: String...) async throws -> Ended { try await start(arguments).ended() }

    /// Runs the program to its end with `--output json`.
    func json(_ arguments: String...) async throws -> Ended {
        try await start(arguments + ["--output", "json"]).ended()
    }

    /// Runs the program to its end, which has to be good.
    @discardableResult
    func succeed(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> Ended {
        let ended = try await start(arguments).ended()
        #expect(ended.status == 0, "\(ended.err)", sourceLocation: sourceLocation)
        return ended
    }

    /// Starts the program and lets it run; its standard output goes to `reader`, if one is named.
    func start(_ arguments: [String], reader: FileHandle? = nil) throws -> Running {
        try start(program: Self.path, arguments, reader: reader)
    }

    /// Runs a script in the scratch directory, with the program's path as `$TDISPCTL`.
    func shell(_ script: String) async throws -> Ended {
        try await start(program: "/bin/bash", ["-c", "cd; " + script]).ended()
    }

    private func start(program: String, _ arguments: [String], reader: FileHandle? = nil) throws -> Running {
        try Running(
            program, arguments, environment, output: scratch + "/\(UUID().uuidString.prefix(8))", reader: reader)
    }

    // MARK: The emulated host

    /// A client of the emulated host of this state directory, to look behind the program's back.
    var host: HostClient {
        HostClient(path: HostLauncher(directory: stateDirectory, program: "").socketPath)
    }

    /// The program where no topology is named: only an emulated host that runs will do.
    var withoutTopology: Tool { with("TDISPCTL_TOPOLOGY", nil) }

    /// The program with an environment variable set, or without it.
    func with(_ variable: String, _ value: String?) -> Tool {
        var tool = self
        tool.environment[variable] = value
        return tool
    }

    /// Writes a file into the scratch directory and gives its path.
    func write(_ text: String, to name: String) throws -> String {
        let path = scratch + "/" + name
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}

/// A directory of one test's own. When it goes, the emulated hosts that were started in it are ended.
private struct Scratch: ~Copyable {
    let path: String

    init() throws {
        // Short, because a Unix socket's path has to be.
        path = FileManager.default.temporaryDirectory.path + "/tdispctl-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        for process in hosts { kill(process, SIGKILL) }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Whoever was started as `emulate serve` with a state directory in here, whatever became of its socket.
    private var hosts: [pid_t] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { pid_t($0) }.filter { process in
            guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.contains("serve") && words.contains { $0.hasPrefix(path + "/") }
        }
    }
}

/// Lets a few pass at a time.
private actor Turnstile {
    static let shared = Turnstile(places: 6)
    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = places }

    nonisolated func pass<Result>(_ body: () async throws -> Result) async throws -> Result {
        await enter()
        do {
            let result = try await body()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if places > 0 { places -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    private func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}

import Foundation

/// A device of the demo that `emulate --listen` serves, in a process of its own.
struct ServedDevice: Sendable {
    let running: Running
    /// Where it is, as `--endpoint` takes it.
    let endpoint: String
    /// The digest of its root, as `--trust` takes it; empty when it has no certificates or those it was given.
    let trust: String

    /// The states that interfaces changed to so far, in order.
    var states: [String] {
        running.err.split(separator: "\n").filter { $0.contains(" is now ") }
            .compactMap { $0.split(separator: " ").last.map(String.init) }
    }
}

extension Tool {
    /// Serves a device for as long as `body` takes. What it says when it is ready tells where it is.
    func serving(
        at address: String = "127.0.0.1:0", _ options: [String] = [], _ body: (ServedDevice) async throws -> Void
    ) async throws {
        let running = try start(["emulate", "--listen", address] + options)
        do {
            try await eventually { running.err.contains("--endpoint") && running.err.hasSuffix("\n") }
            let words = running.err.split { $0.isWhitespace }.map(String.init)
            func word(behind option: String) -> String { words.drop { $0 != option }.dropFirst().first ?? "" }
            try await body(
                ServedDevice(
                    running: running, endpoint: word(behind: "--endpoint"), trust: word(behind: "--trust")))
            running.signal(SIGKILL)
        } catch {
            running.signal(SIGKILL)
            throw error
        }
        _ = try await running.ended()
    }

    /// Converts the served device with its root pinned.
    func convert(_ served: ServedDevice, at endpoint: String? = nil, _ options: String...) async throws -> Ended {
        try await start(conversion(of: served, at: endpoint) + options).ended()
    }

    /// The arguments of that.
    func conversion(of served: ServedDevice, at endpoint: String? = nil) -> [String] {
        let trust = served.trust.isEmpty ? [] : ["--trust", served.trust]
        return ["convert", Demo.pf, "--endpoint", endpoint ?? served.endpoint] + trust
    }
}

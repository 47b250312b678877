import Assignment
import Foundation
import Testing

@testable import EmulatorProcess

/// Where on the way of an effect something happens.
enum Moment: Hashable, Sendable {
    /// Its intent is recorded, and nothing has been done yet.
    case before(EffectName)
    /// It was carried out, and the manager has not heard of it.
    case after(EffectName)
}

/// Stands between a manager and its emulated host, at the host's own socket. It can hold an effect at a moment, so that a
/// test knows exactly where the manager is when it strikes.
actor Relay {
    private let behind: String
    private var awaited: Moment?
    /// Told `true` when the moment has come.
    private var reached: AsyncStream<Bool>.Continuation?
    private let (verdicts, verdict) = AsyncStream<Bool>.makeStream()

    /// Takes the place of the host that runs, for as long as `body` does.
    static func between(_ tool: Tool, _ body: (Relay) async throws -> Void) async throws {
        let socket = HostLauncher(directory: tool.stateDirectory, program: "").socketPath
        let relay = Relay(behind: socket + "2")
        try FileManager.default.moveItem(atPath: socket, toPath: relay.behind)
        let listener = try await FrameListener.listen(at: socket)
        let serving = Task { try await listener.serve(HostRequest.self) { await relay.answer($0) } }
        defer {
            serving.cancel()
            try? FileManager.default.removeItem(atPath: socket)
            try? FileManager.default.moveItem(atPath: relay.behind, toPath: socket)
        }
        try await body(relay)
    }

    private init(behind: String) { self.behind = behind }

    /// Starts a command and waits until it is held at a moment. Throws when it ends without coming there.
    func hold(_ arguments: [String], at moment: Moment, of tool: Tool) async throws -> Running {
        let (news, reached) = AsyncStream<Bool>.makeStream()
        awaited = moment
        self.reached = reached
        let running = try tool.start(arguments)
        Task {
            _ = try await running.ended()
            reached.yield(false)
        }
        guard await news.first(where: { _ in true }) == true else {
            let ended = try await running.ended()
            throw NeverReached(moment: moment, status: ended.status, err: ended.err)
        }
        return running
    }

    /// Lets go what is held. `isLost`: what was not carried out never will be, and nobody is told.
    func letGo(isLost: Bool = false) { verdict.yield(!isLost) }

    /// Starts a command and kills it with -9 at a moment. The host goes on as if nobody had asked for the rest.
    func kill(_ arguments: [String], at moment: Moment, of tool: Tool) async throws {
        let running = try await hold(arguments, at: moment, of: tool)
        running.signal(SIGKILL)
        #expect(try await running.ended().signal == SIGKILL)
        letGo(isLost: true)
    }

    private func answer(_ request: HostRequest) async -> HostReply {
        let effect = effect(of: request)
        if let effect, await wait(at: .before(effect)) == false { return Self.lost }
        let reply = await forward(request)
        if let effect, await wait(at: .after(effect)) == false { return Self.lost }
        return reply
    }

    private static let lost = HostReply.refused(PlatformError(.unreachable, "lost on the way"))

    /// Whether it goes on.
    private func wait(at moment: Moment) async -> Bool {
        guard awaited == moment else { return true }
        awaited = nil
        reached?.yield(true)
        return await verdicts.first { _ in true } ?? false
    }

    private func forward(_ request: HostRequest) async -> HostReply {
        do {
            let socket = try await FrameSocket.connect(to: behind)
            defer { socket.close() }
            try await socket.write(request)
            if let reply = try await socket.read(HostReply.self) { return reply }
            return .refused(PlatformError(.unreachable, "the host ended"))
        } catch {
            return .refused(PlatformError(.unreachable, "\(error)"))
        }
    }

    /// The effect that a request is part of. The verdict is the manager's own effect, for which it asks the facts only.
    private func effect(of request: HostRequest) -> EffectName? {
        switch request {
        case .perform(let effect, _): return effect.name
        case .performConnection(.connect, _): return .requireConnection
        case .performConnection(.refreshKeys, _): return .rekey
        case .collectEvidence: return .collectEvidence
        case .facts: return .appraise
        default:
            // A question, or something that no effect needs.
            return nil
        }
    }
}

/// A command ended before it came to the moment at which it was to be held.
struct NeverReached: Error, CustomStringConvertible {
    let moment: Moment
    let status: Int32?
    let err: String
    var description: String { "never \(moment), ended with \(status.map(String.init) ?? "a signal"): \(err)" }
}

internal import FlyingSocks
internal import Foundation
internal import SPDMTransport

/// Accepts connections on a Unix socket and answers each message with one message.
struct FrameListener: Sendable {
    private let socket: AsyncSocket
    private let pool: any AsyncSocketPool

    /// Listens at `path`, which is closed to others. A socket file that nobody listens on is replaced; a
    /// file of another kind is not.
    static func listen(at path: String) async throws -> FrameListener {
        guard path.utf8.count < 108 else { throw FrameError.pathTooLong(path) }
        if (try? await FrameSocket.connect(to: path)) != nil { throw ListenError.alreadyServed(path) }
        SocketFile.remove(path)
        let socket = try Socket(domain: AF_UNIX, type: .stream)
        try socket.bind(to: .unix(path: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try socket.listen()
        let pool: any AsyncSocketPool = SocketPool.make()
        try await pool.prepare()
        return FrameListener(socket: try AsyncSocket(socket: socket, pool: pool), pool: pool)
    }

    /// Serves until cancelled, then listens no more. Each connection is served by a task of its own.
    func serve<Request: Decodable & Sendable, Reply: Encodable & Sendable>(
        _ request: Request.Type, answer: @escaping @Sendable (Request) async -> Reply
    ) async throws {
        defer { try? socket.close() }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { [pool] in try await pool.run() }
            while !Task.isCancelled {
                let peer = FrameSocket(try await socket.accept())
                group.addTask { await Self.serve(peer, answer: answer) }
            }
        }
    }

    private static func serve<Request: Decodable & Sendable, Reply: Encodable & Sendable>(
        _ peer: FrameSocket, answer: @escaping @Sendable (Request) async -> Reply
    ) async {
        defer { peer.close() }
        while let request = try? await peer.read(Request.self) {
            let reply = await answer(request)
            do throws(FrameError) { try await peer.write(reply) } catch { return }
        }
    }
}

/// The socket cannot be listened on.
enum ListenError: Error, CustomStringConvertible {
    case alreadyServed(String)

    var description: String {
        switch self {
        case .alreadyServed(let path): "another emulated host already serves \(path)"
        }
    }
}

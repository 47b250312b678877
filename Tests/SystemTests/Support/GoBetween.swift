import Synchronization
import Testing

@testable import SPDMTransport

/// Stands between a client and a served device, and passes frames on until a moment has come: then it keeps the client's
/// next frame, so that a test knows exactly where both are when it strikes. When one end goes, it closes the other. It can
/// be told to let go what it holds; then it passes on the rest.
struct GoBetween: Sendable {
    /// Where the client finds it.
    let endpoint: String
    private let news: AsyncStream<Void>
    private let release: AsyncStream<Void>.Continuation

    /// Waits for one client.
    init(to server: String, at path: String, until isTime: @escaping @Sendable () -> Bool) async throws {
        let behind = try Endpoint(parsing: server)
        let listener = try await ByteListener.listen(at: .unix(path: path))
        let (news, reached) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        self.news = news
        self.release = release
        endpoint = listener.endpoint.description
        Task {
            defer {
                listener.close()
                reached.finish()
            }
            guard let client = try await listener.accept() else { return }
            defer { client.close() }
            let device = try await ByteStream.connect(to: behind)
            defer { device.close() }
            var isPassing = false
            while true {
                let frame = try await client.readFrame(limit: 1 << 20)
                if !isPassing, isTime() {
                    reached.yield()
                    guard await Self.isReleased(released, before: client, device) else { return }
                    isPassing = true
                }
                try await device.write(frame.encoded())
                try await client.write(try await device.readFrame(limit: 1 << 20).encoded())
            }
        }
    }

    /// Lets go what it holds.
    func letGo() { release.yield() }

    /// Returns when it keeps a frame; fails the test when client or device ended before.
    func holds() async throws {
        try #require(await news.first { _ in true } != nil, "one of them ended before the moment came")
    }

    /// Whether it is told to let go before an end goes. Neither says anything while the client waits for an answer.
    private static func isReleased(
        _ released: AsyncStream<Void>, before client: ByteStream, _ device: ByteStream
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            for stream in [client, device] {
                group.addTask {
                    _ = try? await stream.read(1)
                    return false
                }
            }
            group.addTask { await released.first { _ in true } != nil }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// A peer that takes every connection, and says the same to everyone.
enum OneLinePeer {
    /// Hands where it is to `body`; with nothing to say it stays silent.
    static func saying(_ bytes: [UInt8], at path: String, _ body: (String) async throws -> Void) async throws {
        let listener = try await ByteListener.listen(at: .unix(path: path))
        let task = Task {
            defer { listener.close() }
            while let client = try await listener.accept() {
                if !bytes.isEmpty { try await client.write(bytes) }
                // Whatever the client sends; it ends with the client.
                while (try? await client.read(1)) != nil {}
                client.close()
            }
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(listener.endpoint.description)) } catch { result = .failure(error) }
        task.cancel()
        // Nothing is closed while it is waited for.
        _ = await task.result
        try result.get()
    }
}

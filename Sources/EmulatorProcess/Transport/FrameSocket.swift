internal import FlyingSocks
internal import Foundation

/// JSON messages over a Unix socket: each is a frame of length (4 bytes, big-endian) and content.
struct FrameSocket: Sendable {
    /// The largest frame that is read, in bytes; a peer that announces more is not ours.
    static let limit = 64 << 20

    /// Seconds to connect. A Unix socket takes a connection at once or refuses it at once; only a host that has too many
    /// callers already lets one wait, and on a busy machine this process waits for itself.
    private static let patience = 60.0

    private let socket: AsyncSocket

    init(_ socket: AsyncSocket) { self.socket = socket }

    /// Connects to the socket at `path`. Throws ``FrameError``.
    static func connect(to path: String) async throws(FrameError) -> FrameSocket {
        guard path.utf8.count < 108 else { throw .pathTooLong(path) }
        do {
            return FrameSocket(try await AsyncSocket.connected(to: .unix(path: path), timeout: Self.patience))
        } catch {
            throw .unreachable(path)
        }
    }

    /// Reads one message, or nil when the peer closed between two frames.
    func read<Message: Decodable>(_ type: Message.Type) async throws(FrameError) -> Message? {
        let header: [UInt8]
        do {
            header = try await socket.read(bytes: 4)
        } catch {
            return nil
        }
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else { throw .malformed("a frame of \(length) bytes") }
        do {
            let content = try await socket.read(bytes: length)
            return try JSONDecoder().decode(type, from: Data(content))
        } catch let error as DecodingError {
            throw .malformed("\(error)")
        } catch {
            throw .closed
        }
    }

    /// Writes one message.
    func write(_ message: some Encodable) async throws(FrameError) {
        do {
            let content = try JSONEncoder().encode(message)
            let length = UInt32(content.count)
            var frame = Data([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) })
            frame.append(content)
            try await socket.write(frame)
        } catch {
            throw .closed
        }
    }

    func close() { try? socket.close() }
}

/// The peer behind a Unix socket cannot be talked to.
enum FrameError: Error, Hashable, CustomStringConvertible {
    case unreachable(String)
    case pathTooLong(String)
    case closed
    case overdue(Duration)
    case malformed(String)

    var description: String {
        switch self {
        case .unreachable(let path): "nobody answers at \(path)"
        case .pathTooLong(let path): "the path of the socket is longer than a Unix socket allows (107 bytes): \(path)"
        case .closed: "the connection was closed in the middle of an answer"
        case .overdue(let deadline): "no answer came within \(deadline.components.seconds) seconds"
        case .malformed(let what): "not understood: \(what)"
        }
    }
}

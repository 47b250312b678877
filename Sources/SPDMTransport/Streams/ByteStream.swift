internal import FlyingSocks
internal import Foundation
internal import WireBytes

/// Bytes in both directions: a socket, or standard input and output. Who opened it closes it, once.
enum ByteStream: Sendable {
    case socket(AsyncSocket)
    case pipes(input: PipeEnd, output: PipeEnd)

    /// Reads exactly `count` bytes; what is announced and does not come costs no memory.
    func read(_ count: Int) async throws(TransportError) -> [UInt8] {
        switch self {
        case .socket(let socket):
            do {
                return try await socket.read(bytes: count)
            } catch {
                throw TransportError(error)
            }
        case .pipes(let input, _): return try await input.read(count)
        }
    }

    /// Writes all bytes, with one call to the system where it takes them.
    func write(_ bytes: [UInt8]) async throws(TransportError) {
        switch self {
        case .socket(let socket):
            do {
                try await socket.write(Data(bytes))
            } catch {
                throw TransportError(error)
            }
        case .pipes(_, let output): try await output.write(bytes)
        }
    }

    /// Closes both directions. Called once, when nobody reads or writes. Standard input and output stay open.
    func close() {
        switch self {
        case .socket(let socket): try? socket.close()
        case .pipes: break
        }
    }
}

extension ByteStream {
    /// Reads a frame, of which `start` is here already.
    func readFrame(after start: [UInt8] = [], limit: Int) async throws(TransportError) -> SocketFrame {
        let bytes = start + (try await read(SocketFrameHeader.size - start.count))
        let header: SocketFrameHeader
        do throws(WireError) {
            header = try SocketFrameHeader.decode(bytes.span)
        } catch {
            throw .notAnObject(error)
        }
        guard header.payloadSize <= limit else { throw .frameTooLong(header.payloadSize, limit: limit) }
        let payload = try await read(header.payloadSize)
        return SocketFrame(header.command, transport: header.transport, payload: payload)
    }
}

extension TransportError {
    /// What an error of the system means.
    init(_ error: any Error) {
        switch error {
        case let error as TransportError: self = error
        case SocketError.disconnected: self = .closed
        case is CancellationError: self = .ended
        case SocketError.failed(_, _, let message): self = .failed(message)
        default: self = .failed("\(error)")
        }
    }
}

internal import Dispatch
internal import Foundation

/// One direction of standard input and output: a pipe, a socket or a file, read or written by a thread of its own, as not
/// every descriptor can be waited for.
struct PipeEnd: Sendable {
    private let file: FileHandle
    private let queue = DispatchQueue(label: "standard input or output")

    /// Uses a descriptor, and leaves it open.
    init(_ descriptor: Int32) { file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false) }

    /// Reads exactly `count` bytes. After a cancelled reading no other can be relied on.
    func read(_ count: Int) async throws(TransportError) -> [UInt8] {
        let bytes = try await queue.blocking { try file.read(upToCount: count).map { [UInt8]($0) } ?? [] }
        guard bytes.count == count else { throw .closed }
        return bytes
    }

    /// Writes all bytes. After a cancelled writing no other can be relied on.
    func write(_ bytes: [UInt8]) async throws(TransportError) {
        try await queue.blocking { try file.write(contentsOf: Data(bytes)) }
    }
}

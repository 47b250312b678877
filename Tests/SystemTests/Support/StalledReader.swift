import Foundation
import Testing

/// A pipe that is full, and that nobody reads.
struct StalledReader: ~Copyable {
    private let pipe = Pipe()

    /// Where nothing more can be written without waiting.
    var handle: FileHandle { pipe.fileHandleForWriting }

    init() throws {
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let flags = fcntl(descriptor, F_GETFL)
        try #require(fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0)
        var pages = 0
        while (try? handle.write(contentsOf: Data(repeating: 0x20, count: 4096))) != nil { pages += 1 }
        try #require(pages >= 16, "what Linux gives a pipe")
        try #require(fcntl(descriptor, F_SETFL, flags) == 0)
    }
}

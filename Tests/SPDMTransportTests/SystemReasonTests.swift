import Foundation
import SPDMTransport
import Testing

@Suite struct `Reason of the system` {
    @Test(arguments: [
        ("/nowhere/file", "no such file or directory"), ("/tmp", "is a directory"),
        ("/etc/passwd/file", "not a directory"),
    ])
    func `is in the system's words, whichever way Foundation wraps it`(path: String, words: String) {
        #expect(reason { _ = try Data(contentsOf: URL(filePath: path)) } == words)
        #expect(reason { try Data().write(to: URL(filePath: path)) } == words)
    }

    @Test func `of a file handle is the same`() {
        #expect(
            reason { _ = try FileHandle(forReadingFrom: URL(filePath: "/nowhere/file")) }
                == "no such file or directory")
        #expect(
            reason { try FileHandle(forWritingTo: URL(filePath: "/dev/full")).write(contentsOf: Data([1])) }
                == "no space left on device")
    }

    private func reason(of body: () throws -> Void) -> String? {
        do { try body() } catch { return systemReason(of: error) }
        return nil
    }
}

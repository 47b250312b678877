internal import Foundation

/// Results go to standard output; progress and errors go to standard error.
enum Console {
    /// Whether standard error is a terminal, so that progress may be drawn live.
    static var isLive: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }

    /// Writes a result.
    static func out(_ text: String) { write(text, to: .standardOutput) }

    /// Writes progress or an error.
    static func err(_ text: String) { write(text, to: .standardError) }

    /// A reader that went away (a closed pipe) is not an error of ours; there is nobody left to tell.
    private static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

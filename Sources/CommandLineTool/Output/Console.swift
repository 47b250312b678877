internal import Dispatch
internal import Foundation
internal import SPDMTransport
internal import Synchronization

/// Results go to standard output; progress and errors go to standard error.
enum Console {
    /// Where a standard stream was closed before the start, it leads nowhere. The first file to be opened, such as the
    /// journal's, would take its number otherwise, and what is written to it.
    static let standIns: [Int32: FileHandle] = (0...2).reduce(into: [:]) { standIns, number in
        let descriptor = Int32(number)
        guard fcntl(descriptor, F_GETFD) == -1 else { return }
        standIns[descriptor] = FileHandle(forUpdatingAtPath: "/dev/null")
    }

    /// Whether standard error is a terminal, so that progress may be drawn live.
    static var isLive: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }

    /// What is to be written, in order. A reader that does not read (a pager, a log collector that hangs) holds up this line
    /// and never the work: a cut waits for nobody.
    private static let line = DispatchQueue(label: "standard output and error")

    /// Writes a result. What cannot be written does not stop the work; the call ends with ``lostOutput`` as its error.
    static func out(_ text: String) {
        line.async {
            let isClosed = standIns[STDOUT_FILENO] != nil
            guard let reason = isClosed ? "it is closed" : write(text, to: .standardOutput) else { return }
            firstError.withLock { $0 = $0 ?? reason }
        }
    }

    /// Writes progress or an error. Where that cannot be done there is no place left to say so.
    static func err(_ text: String) {
        line.async { _ = write(text, to: .standardError) }
    }

    /// Waits until everything is written.
    static func flush() { line.sync {} }

    /// Why a result could not be written; nil when all were, as far as anybody reads them.
    static var lostOutput: String? {
        flush()
        return firstError.withLock { $0 }
    }

    private static let firstError = Mutex<String?>(nil)

    /// A reader that went away (a closed pipe) is not an error of ours; there is nobody left to tell.
    private static func write(_ text: String, to handle: FileHandle) -> String? {
        do {
            try handle.write(contentsOf: Data(text.utf8))
            return nil
        } catch {
            let cause = ((error as? CocoaError)?.underlying ?? error) as NSError
            let isUnread = cause.domain == NSPOSIXErrorDomain && Int32(cause.code) == EPIPE
            return isUnread ? nil : systemReason(of: error)
        }
    }
}

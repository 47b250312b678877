internal import Foundation
internal import Glibc
public import SPDM
internal import Synchronization

/// Writes the secrets of sessions to a file, so that a recorded conversation can be decrypted.
///
/// Who has the file can read the sessions, and impersonate either end while they last. It is created for this user alone;
/// a file, or a symbolic link, that is there already is not touched. When it cannot be written it ends, and ``finish()``
/// says why.
///
/// One line for each secret: label, session ID as eight hexadecimal digits, secret in hexadecimal, one blank between.
/// Lines that begin with `#` are remarks.
///
/// | label | secret |
/// |---|---|
/// | `dhe_secret` | the shared secret of KEY_EXCHANGE, from which all keys of the session follow (DSP0274, 12) |
/// | `psk` | the pre-shared key of PSK_EXCHANGE |
public final class KeyLog: Sendable {
    private let path: String
    private let state: Mutex<State>

    private struct State {
        var file: FileHandle?
        var failure: CaptureError?
    }

    /// Creates the file. Throws ``CaptureError``, also when there is one of this name.
    public init(to path: String) throws(CaptureError) {
        self.path = path
        // Nobody else may open it, not even between its creation and a change of its permissions.
        let mask = umask(0o077)
        defer { umask(mask) }
        do {
            try Data(Self.remark.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.seekToEnd()
            state = Mutex(State(file: file))
        } catch {
            throw CaptureError(path: path, reason: systemReason(of: error))
        }
    }

    private static let remark = "# Secrets of SPDM sessions. Who has this file can read them.\n"

    /// Writes a secret. The label has no blank.
    public func write(_ session: SessionID, _ label: String, _ secret: [UInt8]) {
        let digits = secret.map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        let line = "\(label) \(session.description.dropFirst(2)) \(digits.joined())\n"
        state.withLock { state in
            do {
                try state.file?.write(contentsOf: Data(line.utf8))
            } catch {
                state.failure = CaptureError(path: path, reason: systemReason(of: error))
                state.file = nil
            }
        }
    }

    /// Closes the file. Gives what kept it from being written to its end.
    public func finish() -> CaptureError? {
        state.withLock { state in
            try? state.file?.close()
            state.file = nil
            return state.failure
        }
    }
}

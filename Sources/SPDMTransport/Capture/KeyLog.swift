internal import Foundation
internal import Glibc
public import SPDM

/// Writes the secrets of sessions to a file, so that a recorded conversation can be decrypted.
///
/// Who has the file can read the sessions, and impersonate either end while they last. It is created for this user alone;
/// a file, or a symbolic link, that is there already is not touched.
///
/// One line for each secret: label, session ID as eight hexadecimal digits, secret in hexadecimal, one blank between. A
/// KEY_UPDATE adds a line with the label of the secret that it replaces. Lines that begin with `#` are remarks.
///
/// ```
/// REQUEST_HANDSHAKE_SECRET ffff0001 5f0c...
/// ```
public actor KeyLog {
    private let path: String
    private var file: FileHandle?
    private var failure: CaptureError?

    /// Which secret of the key schedule (DSP0274, 12.4) a line has.
    public enum Label: String, Hashable, Sendable, CaseIterable {
        /// Request-direction handshake secret.
        case requestHandshake = "REQUEST_HANDSHAKE_SECRET"
        /// Response-direction handshake secret.
        case responseHandshake = "RESPONSE_HANDSHAKE_SECRET"
        /// Request-direction data secret.
        case requestData = "REQUEST_DATA_SECRET"
        /// Response-direction data secret.
        case responseData = "RESPONSE_DATA_SECRET"
        /// Export master secret.
        case exportMaster = "EXPORT_MASTER_SECRET"
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
            self.file = file
        } catch {
            throw CaptureError(path: path, reason: error.localizedDescription)
        }
    }

    private static let remark = "# Secrets of SPDM sessions. Who has this file can read them.\n"

    /// Writes a secret.
    public func write(_ label: Label, of session: SessionID, _ secret: [UInt8]) {
        guard let file else { return }
        do {
            try file.write(contentsOf: Data(Self.line(label, session, secret).utf8))
        } catch {
            failure = CaptureError(path: path, reason: error.localizedDescription)
            close()
        }
    }

    /// Closes the file. Gives what kept it from being written to its end.
    public func finish() -> CaptureError? {
        close()
        return failure
    }

    /// A line of the file, with its end.
    static func line(_ label: Label, _ session: SessionID, _ secret: [UInt8]) -> String {
        let digits = secret.map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return "\(label.rawValue) \(session.description.dropFirst(2)) \(digits.joined())\n"
    }

    private func close() {
        try? file?.close()
        file = nil
    }
}

internal import Foundation

/// Records the data objects that pass in a capture file (``Pcap``).
///
/// A capture never stands in the way of what it watches: when it cannot be written it ends, and ``finish()`` says why.
public actor ObjectCapture {
    private let path: String
    private let now: @Sendable () -> Pcap.Timestamp
    private var file: FileHandle?
    private var failure: CaptureError?

    /// Creates the file, or empties one that is there. Throws ``CaptureError``.
    public init(to path: String, now: @escaping @Sendable () -> Pcap.Timestamp) throws(CaptureError) {
        self.path = path
        self.now = now
        do {
            try Data(Pcap.fileHeader()).write(to: URL(filePath: path))
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.seekToEnd()
            self.file = file
        } catch {
            throw CaptureError(path: path, reason: systemReason(of: error))
        }
    }

    /// Records into a file that has its header already.
    init(file: FileHandle, path: String, now: @escaping @Sendable () -> Pcap.Timestamp) {
        self.file = file
        self.path = path
        self.now = now
    }

    /// Records an object that passes now.
    public func record(_ object: [UInt8]) {
        guard let file else { return }
        do {
            try file.write(contentsOf: Data(Pcap.packet(object, at: now())))
        } catch {
            failure = CaptureError(path: path, reason: systemReason(of: error))
            close()
        }
    }

    /// Closes the file. Gives what kept it from being written to its end.
    public func finish() -> CaptureError? {
        close()
        return failure
    }

    private func close() {
        try? file?.close()
        file = nil
    }
}

/// A capture or a key log cannot be written.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What the system says.
    public let reason: String
    /// One line for an operator.
    public var description: String { "cannot write \(path): \(reason)" }
}

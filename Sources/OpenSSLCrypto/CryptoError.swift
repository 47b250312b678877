internal import COpenSSL

/// A cryptographic operation that OpenSSL refused or could not carry out.
///
/// Holds OpenSSL's own words and no input, key or output, so it can be logged and shown.
public struct CryptoError: Error, Hashable, Sendable {
    /// What was attempted, such as `HMAC-SHA256`.
    public let operation: String
    /// OpenSSL's error texts, the root cause first, or ours for a value refused before OpenSSL saw it; empty when
    /// OpenSSL gave none.
    public let reasons: [String]

    /// Creates an error with the given texts.
    package init(operation: String, reasons: [String]) {
        self.operation = operation
        self.reasons = reasons
    }

    /// Takes what OpenSSL recorded on this thread since the queue was last emptied.
    ///
    /// Called in the synchronous function that saw the failure, before any other OpenSSL call: the queue belongs to
    /// the thread, and the next call may add to it.
    init(takingQueueFor operation: String) {
        var reasons: [String] = []
        while case let code = ERR_get_error(), code != 0 { reasons.append(Self.text(of: code)) }
        self.init(operation: operation, reasons: reasons)
    }

    /// Passes when `status` is 1, which is success in every OpenSSL function used here; else throws as above.
    static func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(CryptoError) {
        guard status == 1 else { throw CryptoError(takingQueueFor: operation()) }
    }

    /// OpenSSL's `error:CODE:LIBRARY:FUNCTION:REASON` for a packed code; 256 bytes is the size its manual asks for.
    private static func text(of code: UInt) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            unsafe ERR_error_string_n(code, buffer.baseAddress, buffer.count)
            return unsafe buffer.baseAddress.map { unsafe String(cString: $0) } ?? ""
        }
    }
}

extension CryptoError: CustomStringConvertible {
    /// One line: the operation and OpenSSL's reasons.
    public var description: String {
        let reason = reasons.isEmpty ? "OpenSSL gave no reason" : reasons.joined(separator: "; ")
        return "\(operation) failed: \(reason)"
    }
}

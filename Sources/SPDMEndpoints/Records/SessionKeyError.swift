public import OpenSSLCrypto
public import SPDM
public import WireBytes

/// Why the keys of a session do not serve.
public enum SessionKeyError: Error, Hashable, Sendable {
    /// The session has ended.
    case ended
    /// The keys that this needs are not there yet, or not any more.
    case noSuchKeys
    /// The record belongs to another session; this one goes on.
    case otherSession(SessionID)
    /// The message is longer than a record can hold.
    case messageTooLong(Int)
    /// The bytes are not a record, or what was sealed is no message.
    case malformed(WireError)
    /// The record is not the next one of its sender, or was changed on its way.
    case notAuthentic
    /// One key has protected as many records as one key may.
    case recordLimit(UInt64)
    /// The cryptographic library failed.
    case crypto(CryptoError)
}

extension SessionKeyError {
    /// What a codec reads; what it refuses is no record.
    static func wire<Value>(_ read: () throws(WireError) -> Value) throws(SessionKeyError) -> Value {
        do throws(WireError) {
            return try read()
        } catch {
            throw .malformed(error)
        }
    }
}

extension SessionKeyError: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        switch self {
        case .ended: "the session has ended"
        case .noSuchKeys: "the session has no keys for this now"
        case .otherSession(let session): "the record belongs to session \(session)"
        case .messageTooLong(let count): "a message of \(count) bytes does not fit into one record"
        case .malformed(let error): "not a record: \(error)"
        case .notAuthentic: "the record is not the next one of its sender, or was changed on its way"
        case .recordLimit(let count): "one key has protected \(count) records, and may not protect more"
        case .crypto(let error): error.description
        }
    }
}

/// Why bytes could not be decoded: what is wrong, where, and in which field.
///
/// Carries no bytes of the message, so it can be logged and shown.
public struct WireError: Error, Hashable, Sendable {
    /// What is wrong with the bytes.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The input ends before the field does.
        case truncated
        /// Bytes are left over behind the last field.
        case trailingBytes
        /// A length field contradicts the bytes that are there, or another field.
        case lengthMismatch
        /// A field holds a value that its structure does not allow.
        case invalidValue
        /// The message is of another type than the decoder reads.
        case unexpectedType
    }

    /// What is wrong.
    public var code: Code
    /// Offset of the field in bytes from the first byte given to the decoder.
    public var offset: Int
    /// The field's name as the specification spells it.
    public var field: String

    /// Creates an error for `field` at byte `offset`.
    public init(_ code: Code, at offset: Int, in field: String) {
        self.code = code
        self.offset = offset
        self.field = field
    }
}

extension WireError: CustomStringConvertible {
    /// One line, for example `truncated at byte 18: DEFAULT_STREAM_ID`.
    public var description: String { "\(code.rawValue) at byte \(offset): \(field)" }
}

public import WireBytes

/// A secured message over PCI DOE (DSP0277 1.1, section 6, with the sizes of the CMA binding: no sequence number, no
/// random bytes).
///
/// | offset | size | field | encrypted session | MAC-only session |
/// |---|---|---|---|---|
/// | 0 | 4 | Session ID | associated data | associated data |
/// | 4 | 2 | Length of what follows, without padding | associated data | associated data |
/// | 6 | 2 | ApplicationDataLength | ciphertext | not there |
/// | .. | n | SPDM message | ciphertext | associated data |
/// | .. | 16 | tag | | |
/// | .. | 0-3 | padding of DOE | not protected | not protected |
///
/// Names places in the record and copies nothing.
public struct SecuredRecord: Hashable, Sendable {
    /// Session ID and Length.
    public static let headerSize = 6
    /// The tag of every AEAD that SPDM has.
    public static let tagSize = 16
    /// Longest SPDM message that fits, in a MAC-only session; two bytes less when encrypted.
    public static let maximumMessageSize = Int(UInt16.max) - tagSize

    /// Whose record it is.
    public var session: SessionID
    /// Ciphertext, or in a MAC-only session the message.
    public var body: Range<Int>

    /// The tag, behind the body.
    public var tag: Range<Int> { body.upperBound..<(body.upperBound + Self.tagSize) }

    /// True length of the record, without padding.
    public var length: Int { tag.upperBound }

    /// Opens a record that a DOE object carried.
    ///
    /// Throws ``WireError``: `truncated`; `lengthMismatch` when Length has no room for the tag; `trailingBytes` when
    /// more follows than three bytes of padding.
    public static func decode(_ bytes: Span<UInt8>) throws(WireError) -> SecuredRecord {
        var cursor = WireCursor(bytes)
        let session = SessionID(rawValue: try cursor.uint32(bytes, "SessionID"))
        let length = Int(try cursor.uint16(bytes, "Length"))
        guard length >= tagSize else { throw WireError(.lengthMismatch, at: 4, in: "Length") }
        let body = try cursor.range(length - tagSize, "body")
        try cursor.skip(tagSize, "MAC")
        guard cursor.remaining < 4 else { throw WireError(.trailingBytes, at: cursor.offset, in: "record") }
        return SecuredRecord(session: session, body: body)
    }

    /// Where the associated data of this record stand.
    public func associatedData(encrypted: Bool) -> Range<Int> {
        0..<(encrypted ? Self.headerSize : body.upperBound)
    }

    /// Session ID and Length for a message of `count` bytes: the associated data of an encrypted record, and the start
    /// of those of a MAC-only one.
    ///
    /// Throws ``WireError`` `lengthMismatch` when Length cannot count the message.
    public static func header(
        _ session: SessionID, messageCount count: Int, encrypted: Bool
    ) throws(WireError) -> [UInt8] {
        guard let length = UInt16(exactly: count + tagSize + (encrypted ? 2 : 0)) else {
            throw WireError(.lengthMismatch, at: 4, in: "Length")
        }
        var writer = WireWriter(capacity: headerSize)
        writer.uint32(session.rawValue)
        writer.uint16(length)
        return writer.bytes
    }

    /// What an encrypted session encrypts: ApplicationDataLength and the message.
    ///
    /// Throws ``WireError`` `lengthMismatch` when the message is longer than 65,535 bytes.
    public static func plaintext(_ message: Span<UInt8>) throws(WireError) -> [UInt8] {
        guard let count = UInt16(exactly: message.count) else {
            throw WireError(.lengthMismatch, at: 0, in: "ApplicationDataLength")
        }
        var writer = WireWriter(capacity: 2 + message.count)
        writer.uint16(count)
        for index in message.indices { writer.uint8(message[index]) }
        return writer.bytes
    }

    /// Where the message stands in what an encrypted session decrypted.
    ///
    /// Throws ``WireError`` `truncated`, or `trailingBytes` when bytes follow it: on DOE there are no random bytes.
    public static func message(inPlaintext plaintext: Span<UInt8>) throws(WireError) -> Range<Int> {
        var cursor = WireCursor(plaintext)
        let message = try cursor.counted16(plaintext, "ApplicationData")
        try cursor.expectEnd("plaintext")
        return message
    }
}

/// The nonce of a record: the IV with the 64-bit number of the record, little-endian, XORed into its first eight bytes
/// (DSP0277 1.1, section 6; the specification leaves the byte order open, and every known peer of CMA counts like
/// this).
public struct RecordNonce: Sendable {
    /// Bytes of an IV and of a nonce.
    public static let size = 12

    /// The nonce.
    public let bytes: InlineArray<12, UInt8>

    /// The nonce of record `sequence`, which no other record under the same key may have. The first is 0.
    public init(iv: InlineArray<12, UInt8>, sequence: UInt64) {
        var bytes = iv
        for index in 0..<8 { bytes[index] ^= UInt8(truncatingIfNeeded: sequence >> (8 * UInt64(index))) }
        self.bytes = bytes
    }
}

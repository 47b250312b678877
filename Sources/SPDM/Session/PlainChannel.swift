internal import WireBytes

/// A channel without protection, for tests of what lies above a session.
///
/// An object has the shape of a secured record (DSP0277 1.1) with the protection left out:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | session ID |
/// | 4 | 2 | Length of the message |
/// | 6 | n | SPDM message |
/// | 6+n | 0-3 | zero padding to a multiple of four bytes, as DOE needs; ignored on reading |
///
/// It keeps the two promises that need no key: what carries another session's number is refused, and nothing passes once
/// the session ended.
public struct PlainChannel: SecureChannel, ~Copyable, Sendable {
    /// The session's number.
    public let session: SessionID
    /// Whether the session has not been ended.
    public private(set) var isAlive = true

    /// Creates one end of a session that both ends know by the same number.
    public init(session: SessionID) { self.session = session }

    /// Frames a message.
    ///
    /// Throws ``ChannelError``: `ended`, or `messageTooLong` above 65,535 bytes.
    public mutating func seal(_ message: Span<UInt8>) throws(ChannelError) -> [UInt8] {
        guard isAlive else { throw .ended }
        guard let length = UInt16(exactly: message.count) else { throw .messageTooLong(message.count) }
        let padding = (4 - (6 + message.count) % 4) % 4
        var writer = WireWriter(capacity: 6 + message.count + padding)
        writer.uint32(session.rawValue)
        writer.uint16(length)
        for index in message.indices { writer.uint8(message[index]) }
        writer.zeros(padding)
        return writer.bytes
    }

    /// Takes the message out of an object.
    ///
    /// Throws ``ChannelError``: `ended`, `otherSession`, or `malformed` when the object is shorter than its Length says
    /// or longer than its padding explains.
    public mutating func open(_ object: Span<UInt8>) throws(ChannelError) -> [UInt8] {
        guard isAlive else { throw .ended }
        let record: (session: SessionID, message: [UInt8])
        do throws(WireError) {
            record = try Self.read(object)
        } catch {
            throw .malformed(error)
        }
        guard record.session == session else { throw .otherSession(record.session) }
        return record.message
    }

    private static func read(_ object: Span<UInt8>) throws(WireError) -> (session: SessionID, message: [UInt8]) {
        var cursor = WireCursor(object)
        let session = SessionID(rawValue: try cursor.uint32(object, "SessionID"))
        let length = try cursor.uint16(object, "Length")
        let message = try cursor.bytes(object, count: Int(length), "SPDMMessage")
        guard cursor.remaining < 4 else { throw WireError(.trailingBytes, at: cursor.offset, in: "record") }
        return (session, message)
    }

    /// Ends the session at this end.
    public mutating func end() { isAlive = false }
}

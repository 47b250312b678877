public import WireBytes

/// One end of an SPDM session under TDISP and IDE_KM: SPDM messages go in, transport objects come out, and back.
///
/// A message is a whole SPDM message, such as a ``VendorDefined`` envelope; an object is what a DOE mailbox carries behind
/// its header. The channel moves nothing itself: the owner carries objects.
///
/// Real sessions are the keys that a handshake derived (`SessionKeys`): each direction counts its records and the count is
/// part of the nonce, so what was lost, repeated or reordered does not open, and the session is then over.
/// ``PlainChannel`` stands in for them in tests of what lies above. A channel is not copyable because a copied count is a
/// reused nonce.
public protocol SecureChannel: ~Copyable {
    /// Why a channel does not carry a message or an object.
    associatedtype Failure: Error

    /// The session's number.
    var session: SessionID { get }

    /// Whether the session can still carry messages; once false, it stays false.
    var isAlive: Bool { get }

    /// Turns an SPDM message into a transport object.
    mutating func seal(_ message: Span<UInt8>) throws(Failure) -> [UInt8]

    /// Turns a transport object of this session into the SPDM message inside, of its exact length.
    ///
    /// Throws for what does not belong to this session or is not whole.
    mutating func open(_ object: Span<UInt8>) throws(Failure) -> [UInt8]

    /// Ends the session: nothing is sealed or opened after this. Harmless when it has ended.
    mutating func end()
}

/// Why a plain channel does not carry a message or an object.
public enum ChannelError: Error, Hashable, Sendable {
    /// The session has ended.
    case ended
    /// The object belongs to another session.
    case otherSession(SessionID)
    /// The message is longer than a record can hold.
    case messageTooLong(Int)
    /// The object is not a record.
    case malformed(WireError)
}

extension ChannelError: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        switch self {
        case .ended: "the session has ended"
        case .otherSession(let session): "the message belongs to session \(session)"
        case .messageTooLong(let count): "a message of \(count) bytes does not fit into one record"
        case .malformed(let error): "not a record: \(error)"
        }
    }
}

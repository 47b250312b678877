internal import WireBytes

/// KEY_UPDATE and KEY_UPDATE_ACK, 4 bytes each: new keys for one direction or both (DSP0274, 10.21).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: key operation |
/// | 3 | 1 | Param2: tag |
///
/// The acknowledgement repeats both parameters.
public struct KeyUpdate: Hashable, Sendable {
    /// What happens to the keys.
    public struct Operation: RawRepresentable, Hashable, Sendable {
        /// The byte on the wire.
        public let rawValue: UInt8
        /// Creates an operation from its byte.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A new key for the sender of the request; it is used after the acknowledgement, which comes under the old
        /// keys.
        public static let updateKey = Self(rawValue: 1)
        /// New keys for both directions; the acknowledgement already comes under the responder's new key.
        public static let updateAllKeys = Self(rawValue: 2)
        /// The first message under the requester's new key.
        public static let verifyNewKey = Self(rawValue: 3)
    }

    /// What happens to the keys.
    public var operation: Operation
    /// Ties the acknowledgement to the request.
    public var tag: UInt8

    /// Creates the request or its acknowledgement.
    public init(_ operation: Operation, tag: UInt8) {
        self.operation = operation
        self.tag = tag
    }

    init(_ header: MessageHeader) {
        self.init(Operation(rawValue: header.param1), tag: header.param2)
    }

    /// The four bytes of the request.
    public func encoded(version: SPDMVersion) -> [UInt8] { encoded(.keyUpdate, version) }

    /// The four bytes of the acknowledgement.
    public func encodedAck(version: SPDMVersion) -> [UInt8] { encoded(MessageCode.keyUpdate.response, version) }

    private func encoded(_ code: MessageCode, _ version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, code, param1: operation.rawValue, param2: tag).write(to: &writer)
        return writer.bytes
    }
}

internal import WireBytes

/// RESPOND_IF_READY, 4 bytes: asks for the response that was not ready (DSP0274, 10.15).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: code of the request |
/// | 3 | 1 | Param2: token of the ERROR message |
public struct RespondIfReady: Hashable, Sendable {
    /// The request whose response was not ready.
    public var request: MessageCode
    /// The token that came with ResponseNotReady.
    public var token: UInt8

    /// Creates the request.
    public init(_ request: MessageCode, token: UInt8) {
        self.request = request
        self.token = token
    }

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, .respondIfReady, param1: request.rawValue, param2: token).write(to: &writer)
        return writer.bytes
    }
}

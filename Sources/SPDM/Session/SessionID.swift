/// The number of an SPDM session, as it stands at the start of every secured message (DSP0277 1.1, section 6).
///
/// A number can come back once its session ended (KEY_EXCHANGE picks it anew), so whoever remembers a session by its
/// number forgets it when the session's end is announced.
public struct SessionID: RawRepresentable, Hashable, Sendable, Codable {
    /// ReqSessionID in bits 15:0, RspSessionID in bits 31:16.
    public let rawValue: UInt32

    /// Creates a session ID from its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Creates a session ID from the halves that KEY_EXCHANGE and KEY_EXCHANGE_RSP contribute.
    public init(requester: UInt16, responder: UInt16) {
        rawValue = UInt32(requester) | UInt32(responder) << 16
    }
}

extension SessionID: CustomStringConvertible {
    /// Eight hexadecimal digits, for example `0xffff0001`.
    public var description: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}

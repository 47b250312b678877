public import OpenSSLCrypto

/// A key that both ends were given beforehand.
public final class PreSharedKey: Sendable {
    /// What a requester calls it in PSK_EXCHANGE.
    public let hint: [UInt8]
    let secret: SecretBytes

    /// Creates a key.
    public init(hint: [UInt8], secret: consuming SecretBytes) {
        self.hint = hint
        self.secret = secret
    }
}

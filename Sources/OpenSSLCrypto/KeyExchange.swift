internal import COpenSSL

/// A group in which two ends agree on a shared secret.
public enum KeyExchangeGroup: String, Hashable, Sendable, CaseIterable, Codable {
    /// NIST P-256: exchange data of 64 bytes, a shared secret of 32.
    case secp256r1
    /// NIST P-384: exchange data of 96 bytes, a shared secret of 48.
    case secp384r1
    /// NIST P-521: exchange data of 132 bytes, a shared secret of 66.
    case secp521r1
    /// RFC 7919: exchange data and shared secret of 256 bytes.
    case ffdhe2048
    /// RFC 7919: exchange data and shared secret of 384 bytes.
    case ffdhe3072

    /// Size of the public data that each end sends, in bytes: X||Y on a curve, else the public value; big-endian.
    public var exchangeByteCount: Int {
        switch self {
        case .secp256r1: 64
        case .secp384r1: 96
        case .secp521r1: 132
        case .ffdhe2048: 256
        case .ffdhe3072: 384
        }
    }

    /// Size of the shared secret in bytes: the coordinate X on a curve, else the shared value, both with leading zeros.
    public var sharedSecretByteCount: Int { isCurve ? exchangeByteCount / 2 : exchangeByteCount }

    fileprivate var isCurve: Bool {
        switch self {
        case .secp256r1, .secp384r1, .secp521r1: true
        case .ffdhe2048, .ffdhe3072: false
        }
    }

    /// OpenSSL's name of the group.
    fileprivate var name: String { self == .secp256r1 ? "prime256v1" : rawValue }

    /// What OpenSSL's encoding of a public key has before the exchange data: the mark of an uncompressed point.
    fileprivate var encodingPrefix: [UInt8] { isCurve ? [0x04] : [] }
}

/// A key pair for one key exchange.
///
/// Owns OpenSSL's key, which is wiped when the owner ends. Deriving consumes it, so it serves one exchange only.
public struct EphemeralKeyPair: ~Copyable, Sendable {
    /// The group of the key.
    public let group: KeyExchangeGroup
    /// What the other end is sent; ``KeyExchangeGroup/exchangeByteCount`` bytes.
    public let exchangeData: [UInt8]
    private let key: Handle

    /// Generates a key pair. Throws ``CryptoError`` when OpenSSL cannot.
    public init(_ group: KeyExchangeGroup) throws(CryptoError) {
        let key = try unsafe generateKey(group.isCurve ? "EC" : "DH", for: "\(group.rawValue) key generation") {
            context in
            unsafe EVP_PKEY_CTX_set_group_name(context, group.name)
        }
        try self.init(group, key: key)
    }

    /// Takes a private key of that group in DER (RFC 5958 or RFC 5915), for known answers.
    package init(_ group: KeyExchangeGroup, privateKeyDER: borrowing SecretBytes) throws(CryptoError) {
        try self.init(group, key: try decodePrivateKey(privateKeyDER))
    }

    private init(_ group: KeyExchangeGroup, key: consuming Handle) throws(CryptoError) {
        let operation = "\(group.rawValue) public key"
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe EVP_PKEY_get1_encoded_public_key(key.pointer, &start)
        guard count == group.encodingPrefix.count + group.exchangeByteCount else {
            throw CryptoError(takingQueueFor: operation)
        }
        defer { unsafe CRYPTO_free(start, nil, 0) }
        let encoding = unsafe UnsafeBufferPointer(start: start, count: count)
        exchangeData = unsafe Array(encoding.dropFirst(group.encodingPrefix.count))
        self.group = group
        self.key = key
    }

    /// The secret that both ends share; ``KeyExchangeGroup/sharedSecretByteCount`` bytes.
    ///
    /// Throws ``CryptoError`` when `peerData` has another length, or is no point of the curve or member of the group
    /// (NIST SP 800-56A 5.6.2.3).
    public consuming func sharedSecret(with peerData: Span<UInt8>) throws(CryptoError) -> SecretBytes {
        let operation = "\(group.rawValue) shared secret"
        guard peerData.count == group.exchangeByteCount else {
            throw CryptoError(operation: operation, reasons: ["exchange data of \(peerData.count) bytes"])
        }
        let peer = try Self.peerKey(peerData, like: key, group, operation)
        let context = try unsafe Handle(
            EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), freedBy: EVP_PKEY_CTX_free, for: operation)
        try CryptoError.check(unsafe EVP_PKEY_derive_init(context.pointer), operation)
        if !group.isCurve { try CryptoError.check(unsafe EVP_PKEY_CTX_set_dh_pad(context.pointer, 1), operation) }
        try CryptoError.check(unsafe EVP_PKEY_derive_set_peer_ex(context.pointer, peer.pointer, 1), operation)
        return try SecretBytes(count: group.sharedSecretByteCount) { secret throws(CryptoError) in
            var written = secret.count
            let status = unsafe secret.withUnsafeMutableBufferPointer {
                unsafe EVP_PKEY_derive(context.pointer, $0.baseAddress, &written)
            }
            try CryptoError.check(written == secret.count ? status : 0, operation)
        }
    }

    private static func peerKey(
        _ data: Span<UInt8>, like key: borrowing Handle, _ group: KeyExchangeGroup, _ operation: String
    ) throws(CryptoError) -> Handle {
        let peer = try unsafe Handle(EVP_PKEY_new(), freedBy: EVP_PKEY_free, for: operation)
        try CryptoError.check(unsafe EVP_PKEY_copy_parameters(peer.pointer, key.pointer), operation)
        var encoding = group.encodingPrefix
        for index in data.indices { encoding.append(data[index]) }
        let status = unsafe EVP_PKEY_set1_encoded_public_key(peer.pointer, encoding, encoding.count)
        try CryptoError.check(status, operation)
        return peer
    }
}

internal import COpenSSL

/// The kind and size of a signing key.
public enum KeyType: String, Hashable, Sendable, CaseIterable, Codable {
    /// A key on NIST P-256.
    case p256 = "P-256"
    /// A key on NIST P-384.
    case p384 = "P-384"
    /// A key on NIST P-521.
    case p521 = "P-521"
    /// RSA with a modulus of 2048 bits.
    case rsa2048 = "RSA-2048"
    /// RSA with a modulus of 3072 bits.
    case rsa3072 = "RSA-3072"
    /// RSA with a modulus of 4096 bits.
    case rsa4096 = "RSA-4096"

    /// The type of a key that OpenSSL holds; nil when it is none of these.
    fileprivate init?(of key: borrowing Handle) {
        if unsafe EVP_PKEY_is_a(key.pointer, "EC") == 1, let name = Self.curveName(of: key) {
            guard let type = Self.allCases.first(where: { $0.curveName == name }) else { return nil }
            self = type
        } else if unsafe EVP_PKEY_is_a(key.pointer, "RSA") == 1 {
            self.init(rawValue: "RSA-\(unsafe EVP_PKEY_get_bits(key.pointer))")
        } else {
            return nil
        }
    }

    private static func curveName(of key: borrowing Handle) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            var count = 0
            guard unsafe EVP_PKEY_get_group_name(key.pointer, name.baseAddress, name.count, &count) == 1 else {
                return nil
            }
            return unsafe name.baseAddress.map { unsafe String(cString: $0) }
        }
    }

    /// OpenSSL's name of the curve; nil for RSA.
    fileprivate var curveName: String? {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .rsa2048, .rsa3072, .rsa4096: nil
        }
    }

    /// Size of the modulus in bits; 0 on a curve.
    fileprivate var modulusBitCount: Int32 {
        switch self {
        case .p256, .p384, .p521: 0
        case .rsa2048: 2048
        case .rsa3072: 3072
        case .rsa4096: 4096
        }
    }
}

/// A public key that verifies signatures.
public struct PublicKey: ~Copyable, Sendable {
    /// What kind of key it is.
    public let type: KeyType
    /// The key with its algorithm (RFC 5280 4.1.2.7), as it was read; what a certificate holds, and a peer may be
    /// provisioned with.
    public let subjectPublicKeyInfo: [UInt8]
    let key: Handle

    /// Reads a key from its `SubjectPublicKeyInfo`.
    ///
    /// Throws ``CryptoError`` when that is malformed, has bytes behind it, or is of no type in ``KeyType``.
    public init(subjectPublicKeyInfo bytes: Span<UInt8>) throws(CryptoError) {
        let operation = "public key decoding"
        var rest = 0
        let decoded = unsafe decodeDER(bytes, rest: &rest) { unsafe d2i_PUBKEY(nil, $0, $1) }
        let key = try unsafe Handle(decoded, freedBy: EVP_PKEY_free, for: operation)
        guard rest == 0 else { throw CryptoError(operation: operation, reasons: ["\(rest) bytes behind it"]) }
        type = try KeyType.required(of: key, operation)
        subjectPublicKeyInfo = bytes.indices.map { bytes[$0] }
        self.key = key
    }
}

/// A private key that signs.
///
/// Owns OpenSSL's key, which is wiped when the owner ends.
public struct PrivateKey: ~Copyable, Sendable {
    /// What kind of key it is.
    public let type: KeyType
    let key: Handle

    /// Generates a key. Throws ``CryptoError`` when OpenSSL cannot.
    public init(generating type: KeyType) throws(CryptoError) {
        let name = type.curveName
        key = try unsafe generateKey(name == nil ? "RSA" : "EC", for: "\(type.rawValue) key generation") { context in
            if let name { return unsafe EVP_PKEY_CTX_set_group_name(context, name) }
            return unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, type.modulusBitCount)
        }
        self.type = type
    }

    /// Reads a key in DER: PKCS #8 (RFC 5958), or RFC 5915 and RFC 8017's own forms.
    ///
    /// Throws ``CryptoError`` when it is malformed or of no type in ``KeyType``.
    public init(der: borrowing SecretBytes) throws(CryptoError) {
        let key = try decodePrivateKey(der)
        type = try KeyType.required(of: key, "private key decoding")
        self.key = key
    }

    /// Reads a key as a file holds it: in DER, or the first one in a text of PEM (RFC 7468).
    ///
    /// Throws ``CryptoError`` when there is none, or it is encrypted, malformed or of no type in ``KeyType``.
    public init(pemOrDER bytes: borrowing SecretBytes) throws(CryptoError) {
        // DER begins with the tag of a sequence; PEM is text.
        let isDER = bytes.withBytes { !$0.isEmpty && $0[0] == 0x30 }
        let key = isDER ? try decodePrivateKey(bytes) : try decodePrivateKey(pem: bytes)
        type = try KeyType.required(of: key, "private key decoding")
        self.key = key
    }

    /// The key that verifies what this one signs.
    public func publicKey() throws(CryptoError) -> PublicKey {
        guard let encoding = unsafe derEncoding(by: { unsafe i2d_PUBKEY(key.pointer, $0) }) else {
            throw CryptoError(takingQueueFor: "public key encoding")
        }
        return try PublicKey(subjectPublicKeyInfo: encoding.span)
    }
}

extension KeyType {
    fileprivate static func required(of key: borrowing Handle, _ operation: String) throws(CryptoError) -> KeyType {
        guard let type = KeyType(of: key) else {
            throw CryptoError(operation: operation, reasons: ["a key of a type that is not supported"])
        }
        return type
    }
}

/// Generates a key of a family by OpenSSL's name; `configure` chooses the member.
func generateKey(
    _ family: String, for operation: String, configure: (OpaquePointer) -> Int32
) throws(CryptoError) -> Handle {
    let context = try unsafe Handle(
        EVP_PKEY_CTX_new_from_name(nil, family, nil), freedBy: EVP_PKEY_CTX_free, for: operation)
    try CryptoError.check(unsafe EVP_PKEY_keygen_init(context.pointer), operation)
    try CryptoError.check(unsafe configure(context.pointer), operation)
    var key: OpaquePointer?
    try CryptoError.check(unsafe EVP_PKEY_generate(context.pointer, &key), operation)
    return try unsafe Handle(key, freedBy: EVP_PKEY_free, for: operation)
}

/// Reads any private key that OpenSSL knows, and nothing behind it.
func decodePrivateKey(_ der: borrowing SecretBytes) throws(CryptoError) -> Handle {
    let operation = "private key decoding"
    var rest = 0
    let decoded = unsafe der.withBytes { bytes in
        unsafe decodeDER(bytes, rest: &rest) { unsafe d2i_AutoPrivateKey_ex(nil, $0, $1, nil, nil) }
    }
    let key = try unsafe Handle(decoded, freedBy: EVP_PKEY_free, for: operation)
    guard rest == 0 else { throw CryptoError(operation: operation, reasons: ["\(rest) bytes behind it"]) }
    return key
}

/// Reads the first private key in a text of PEM. OpenSSL wipes what it decodes on the way.
private func decodePrivateKey(pem: borrowing SecretBytes) throws(CryptoError) -> Handle {
    let operation = "private key decoding"
    guard let count = Int32(exactly: pem.count) else {
        throw CryptoError(operation: operation, reasons: ["\(pem.count) bytes"])
    }
    let decoded = try unsafe pem.withBytes { (text) throws(CryptoError) in
        try unsafe text.withUnsafeBufferPointer { (buffer) throws(CryptoError) in
            let input = try unsafe Handle(
                BIO_new_mem_buf(buffer.baseAddress, count), freedBy: { unsafe BIO_free($0) }, for: operation)
            // Without a callback, OpenSSL asks the terminal for the passphrase of an encrypted block.
            return unsafe PEM_read_bio_PrivateKey(input.pointer, nil, { _, _, _, _ in -1 }, nil)
        }
    }
    let key = try unsafe Handle(decoded, freedBy: EVP_PKEY_free, for: operation)
    ERR_clear_error()
    return key
}

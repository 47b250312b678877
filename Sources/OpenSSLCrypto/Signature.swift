internal import COpenSSL

/// A signature algorithm with the key that it takes. The hash is chosen beside it.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable, Codable {
    /// ECDSA on P-256 (FIPS 186-5): R||S of 64 bytes, big-endian.
    case ecdsaP256 = "ECDSA-P256"
    /// ECDSA on P-384 (FIPS 186-5): R||S of 96 bytes, big-endian.
    case ecdsaP384 = "ECDSA-P384"
    /// ECDSA on P-521 (FIPS 186-5): R||S of 132 bytes, big-endian.
    case ecdsaP521 = "ECDSA-P521"
    /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2), 256 bytes.
    case rsassa2048 = "RSASSA-2048"
    /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2), 384 bytes.
    case rsassa3072 = "RSASSA-3072"
    /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2), 512 bytes.
    case rsassa4096 = "RSASSA-4096"
    /// RSASSA-PSS (RFC 8017 8.1), MGF1 with the same hash, a salt as long as the digest; 256 bytes.
    case rsapss2048 = "RSAPSS-2048"
    /// RSASSA-PSS as above, 384 bytes.
    case rsapss3072 = "RSAPSS-3072"
    /// RSASSA-PSS as above, 512 bytes.
    case rsapss4096 = "RSAPSS-4096"

    /// The key that it signs and verifies with.
    public var keyType: KeyType {
        switch self {
        case .ecdsaP256: .p256
        case .ecdsaP384: .p384
        case .ecdsaP521: .p521
        case .rsassa2048, .rsapss2048: .rsa2048
        case .rsassa3072, .rsapss3072: .rsa3072
        case .rsassa4096, .rsapss4096: .rsa4096
        }
    }

    /// Size of a signature in bytes.
    public var signatureByteCount: Int {
        switch self {
        case .ecdsaP256: 64
        case .ecdsaP384: 96
        case .ecdsaP521: 132
        case .rsassa2048, .rsapss2048: 256
        case .rsassa3072, .rsapss3072: 384
        case .rsassa4096, .rsapss4096: 512
        }
    }

    private enum Scheme { case ecdsa, rsassa, rsapss }

    private var scheme: Scheme {
        switch self {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: .ecdsa
        case .rsassa2048, .rsassa3072, .rsassa4096: .rsassa
        case .rsapss2048, .rsapss3072, .rsapss4096: .rsapss
        }
    }

    /// Whether OpenSSL's form of the signature is not the raw one.
    fileprivate var isECDSA: Bool { scheme == .ecdsa }

    /// Sets hash and padding for an operation that was begun; OpenSSL's status.
    fileprivate func configure(_ context: borrowing Handle, hash: HashAlgorithm) -> Int32 {
        let context = unsafe context.pointer
        guard unsafe EVP_PKEY_CTX_set_signature_md(context, hash.implementation) == 1 else { return 0 }
        switch scheme {
        case .ecdsa: return 1
        case .rsassa: return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING)
        case .rsapss:
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash.implementation) == 1
            else { return 0 }
            return unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST)
        }
    }

    /// A context for one operation under `key`, which must be of ``keyType``, over a digest, which must have the hash's
    /// length.
    fileprivate func context(
        for key: borrowing Handle, of type: KeyType, digest: Span<UInt8>, hash: HashAlgorithm, _ operation: String,
        beginningWith begin: (OpaquePointer?) -> Int32
    ) throws(CryptoError) -> Handle {
        guard type == keyType else { throw CryptoError(operation: operation, reasons: ["a key of \(type.rawValue)"]) }
        guard digest.count == hash.digestByteCount else {
            throw CryptoError(operation: operation, reasons: ["a digest of \(digest.count) bytes"])
        }
        let context = try unsafe Handle(
            EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), freedBy: EVP_PKEY_CTX_free, for: operation)
        try CryptoError.check(unsafe begin(context.pointer), operation)
        try CryptoError.check(configure(context, hash: hash), operation)
        return context
    }
}

extension PublicKey {
    /// Whether `signature` is one of the digest under this key. One of another length is not.
    ///
    /// Throws ``CryptoError`` when the key is not of the algorithm's type or the digest not of the hash's length.
    public func isValid(
        _ signature: Span<UInt8>, forDigest digest: Span<UInt8>, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Bool {
        let context = try unsafe algorithm.context(
            for: key, of: type, digest: digest, hash: hash, "\(algorithm.rawValue) verification",
            beginningWith: EVP_PKEY_verify_init)
        guard signature.count == algorithm.signatureByteCount else { return false }
        guard algorithm.isECDSA else { return Self.verify(signature, digest, context) }
        let encoding = try ECDSASignature.encoding(ofRaw: signature)
        return Self.verify(encoding.span, digest, context)
    }

    /// Whether `signature` is one of the message under this key, which is hashed first. Throws as for a digest.
    public func isValid(
        _ signature: Span<UInt8>, forMessage message: Span<UInt8>, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> Bool {
        let digest = try hash.digest(of: message)
        return try isValid(signature, forDigest: digest.span, hash: hash, using: algorithm)
    }

    /// A refusal and a failure within OpenSSL are told apart by nobody: only status 1 is a valid signature.
    private static func verify(_ signature: Span<UInt8>, _ digest: Span<UInt8>, _ context: borrowing Handle) -> Bool {
        let status = unsafe signature.withUnsafeBufferPointer { signature in
            unsafe digest.withUnsafeBufferPointer { digest in
                unsafe EVP_PKEY_verify(
                    context.pointer, signature.baseAddress, signature.count, digest.baseAddress, digest.count)
            }
        }
        ERR_clear_error()
        return status == 1
    }
}

extension PrivateKey {
    /// A signature of the digest; ``SignatureAlgorithm/signatureByteCount`` bytes.
    ///
    /// Throws ``CryptoError`` when the key is not of the algorithm's type or the digest not of the hash's length.
    public func signature(
        ofDigest digest: Span<UInt8>, hash: HashAlgorithm, using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        let operation = "\(algorithm.rawValue) signing"
        let context = try unsafe algorithm.context(
            for: key, of: type, digest: digest, hash: hash, operation, beginningWith: EVP_PKEY_sign_init)
        var signature = unsafe [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(key.pointer)))
        var count = signature.count
        let status = unsafe signature.withUnsafeMutableBufferPointer { signature in
            unsafe digest.withUnsafeBufferPointer { digest in
                unsafe EVP_PKEY_sign(context.pointer, signature.baseAddress, &count, digest.baseAddress, digest.count)
            }
        }
        try CryptoError.check(status, operation)
        signature.removeLast(signature.count - count)
        guard algorithm.isECDSA else { return signature }
        return try ECDSASignature.raw(ofEncoding: signature.span, count: algorithm.signatureByteCount)
    }

    /// A signature of the message, which is hashed first. Throws as for a digest.
    public func signature(
        ofMessage message: Span<UInt8>, hash: HashAlgorithm, using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        let digest = try hash.digest(of: message)
        return try signature(ofDigest: digest.span, hash: hash, using: algorithm)
    }
}

/// The two forms of an ECDSA signature: OpenSSL's is a DER sequence of R and S, a peer's is R||S in a fixed width.
private enum ECDSASignature {
    private static let operation = "ECDSA signature conversion"

    static func encoding(ofRaw raw: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        let signature = try unsafe Handle(ECDSA_SIG_new(), freedBy: ECDSA_SIG_free, for: operation)
        let width = raw.count / 2
        let status = unsafe raw.withUnsafeBufferPointer { raw in
            let r = unsafe BN_bin2bn(raw.baseAddress, Int32(width), nil)
            let s = unsafe BN_bin2bn(raw.baseAddress.map { unsafe $0 + width }, Int32(width), nil)
            let status = unsafe ECDSA_SIG_set0(signature.pointer, r, s)
            // Only success hands the numbers over.
            if status != 1 {
                unsafe BN_free(r)
                unsafe BN_free(s)
            }
            return status
        }
        try CryptoError.check(status, operation)
        guard let encoding = unsafe derEncoding(by: { unsafe i2d_ECDSA_SIG(signature.pointer, $0) }) else {
            throw CryptoError(takingQueueFor: operation)
        }
        return encoding
    }

    static func raw(ofEncoding encoding: Span<UInt8>, count: Int) throws(CryptoError) -> [UInt8] {
        var rest = 0
        let decoded = unsafe decodeDER(encoding, rest: &rest) { unsafe d2i_ECDSA_SIG(nil, $0, $1) }
        let signature = try unsafe Handle(decoded, freedBy: ECDSA_SIG_free, for: operation)
        var raw = [UInt8](repeating: 0, count: count)
        let width = Int32(count / 2)
        let succeeded = unsafe raw.withUnsafeMutableBufferPointer { raw in
            guard let start = raw.baseAddress else { return false }
            return unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature.pointer), start, width) == width
                && BN_bn2binpad(ECDSA_SIG_get0_s(signature.pointer), start + Int(width), width) == width
        }
        guard succeeded else { throw CryptoError(takingQueueFor: operation) }
        return raw
    }
}

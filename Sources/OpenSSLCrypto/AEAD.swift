internal import COpenSSL

/// A cipher that encrypts and authenticates, with nonces of 12 and tags of 16 bytes.
public enum AEADAlgorithm: String, Hashable, Sendable, CaseIterable, Codable {
    /// AES-128 in Galois/counter mode (NIST SP 800-38D), keys of 16 bytes.
    case aes128GCM = "AES-128-GCM"
    /// AES-256 in Galois/counter mode (NIST SP 800-38D), keys of 32 bytes.
    case aes256GCM = "AES-256-GCM"
    /// ChaCha20 with Poly1305 (RFC 8439), keys of 32 bytes.
    case chaCha20Poly1305 = "ChaCha20-Poly1305"

    /// Size of a tag in bytes.
    public static let tagByteCount = 16

    /// Size of a key in bytes.
    public var keyByteCount: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaCha20Poly1305: 32
        }
    }

    /// OpenSSL's static description of the cipher; never freed.
    fileprivate var implementation: OpaquePointer? {
        switch self {
        case .aes128GCM: unsafe EVP_aes_128_gcm()
        case .aes256GCM: unsafe EVP_aes_256_gcm()
        case .chaCha20Poly1305: unsafe EVP_chacha20_poly1305()
        }
    }
}

/// A key of one cipher, ready for use.
///
/// OpenSSL expands the key once, wipes what it holds when the owner ends, and allocates nothing per message. The caller
/// never uses a nonce twice to seal.
public struct AEADKey: ~Copyable, Sendable {
    /// Twelve bytes, different for each message sealed under one key.
    public typealias Nonce = InlineArray<12, UInt8>

    /// The cipher that the key is for.
    public let algorithm: AEADAlgorithm
    private let context: Handle

    /// Expands `key`. Throws ``CryptoError`` when its length is not ``AEADAlgorithm/keyByteCount``.
    public init(_ algorithm: AEADAlgorithm, key: borrowing SecretBytes) throws(CryptoError) {
        guard key.count == algorithm.keyByteCount else {
            throw CryptoError(operation: algorithm.rawValue, reasons: ["a key of \(key.count) bytes"])
        }
        let context = try unsafe Handle(EVP_CIPHER_CTX_new(), freedBy: EVP_CIPHER_CTX_free, for: algorithm.rawValue)
        let status = key.withBytes { key in
            unsafe key.withUnsafeBufferPointer {
                unsafe EVP_CipherInit_ex2(context.pointer, algorithm.implementation, $0.baseAddress, nil, 1, nil)
            }
        }
        try CryptoError.check(status, algorithm.rawValue)
        self.algorithm = algorithm
        self.context = context
    }

    /// `plaintext` encrypted, with the tag of 16 bytes behind it; `associated` is authenticated, not encrypted.
    ///
    /// Throws ``CryptoError`` when OpenSSL cannot carry it out.
    public mutating func seal(
        _ plaintext: Span<UInt8>, nonce: Nonce, authenticating associated: Span<UInt8>
    ) throws(CryptoError) -> [UInt8] {
        let operation = "\(algorithm.rawValue) seal"
        try start(nonce, sealing: true, associated: associated, operation)
        let tag = AEADAlgorithm.tagByteCount
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tag)
        var output = sealed.mutableSpan
        try update(plaintext, into: &output, operation)
        let status = unsafe output.withUnsafeMutableBufferPointer { output in
            var none: Int32 = 0
            guard let end = unsafe output.baseAddress.map({ unsafe $0 + plaintext.count }),
                unsafe EVP_CipherFinal_ex(context.pointer, end, &none) == 1
            else { return Int32(0) }
            return unsafe EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tag), end)
        }
        try CryptoError.check(status, operation)
        return sealed
    }

    /// The plaintext of what ``seal(_:nonce:authenticating:)`` made under the same key, nonce and `associated`; nil when
    /// any bit of these or of `sealed` differs, or `sealed` is shorter than a tag. No unauthenticated byte is returned.
    ///
    /// Throws ``CryptoError`` when OpenSSL cannot carry it out.
    public mutating func open(
        _ sealed: Span<UInt8>, nonce: Nonce, authenticating associated: Span<UInt8>
    ) throws(CryptoError) -> SecretBytes? {
        guard sealed.count >= AEADAlgorithm.tagByteCount else { return nil }
        let operation = "\(algorithm.rawValue) open"
        let ciphertext = sealed.extracting(droppingLast: AEADAlgorithm.tagByteCount)
        try start(nonce, sealing: false, associated: associated, operation)
        let plaintext = try SecretBytes(count: ciphertext.count) { output throws(CryptoError) in
            try update(ciphertext, into: &output, operation)
        }
        guard try isAuthentic(sealed.extracting(last: AEADAlgorithm.tagByteCount), operation) else { return nil }
        return plaintext
    }

    private func start(
        _ nonce: Nonce, sealing: Bool, associated: Span<UInt8>, _ operation: String
    ) throws(CryptoError) {
        let status = unsafe nonce.span.withUnsafeBufferPointer {
            unsafe EVP_CipherInit_ex2(context.pointer, nil, nil, $0.baseAddress, sealing ? 1 : 0, nil)
        }
        try CryptoError.check(status, operation)
        var none = MutableSpan<UInt8>()
        try update(associated, into: &none, operation)
    }

    /// Feeds `input`; without room for output it is associated data. Nothing is fed when it is empty.
    private func update(
        _ input: Span<UInt8>, into output: inout MutableSpan<UInt8>, _ operation: String
    ) throws(CryptoError) {
        guard !input.isEmpty else { return }
        guard let count = Int32(exactly: input.count) else {
            throw CryptoError(operation: operation, reasons: ["\(input.count) bytes in one message"])
        }
        var written: Int32 = 0
        let status = unsafe input.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe EVP_CipherUpdate(
                    context.pointer, output.isEmpty ? nil : output.baseAddress, &written, input.baseAddress, count)
            }
        }
        try CryptoError.check(status, operation)
    }

    private func isAuthentic(_ tag: Span<UInt8>, _ operation: String) throws(CryptoError) -> Bool {
        let status = unsafe tag.withUnsafeBufferPointer {
            unsafe EVP_CIPHER_CTX_ctrl(
                context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32($0.count),
                UnsafeMutableRawPointer(mutating: $0.baseAddress))
        }
        try CryptoError.check(status, operation)
        var none: Int32 = 0
        var unused: UInt8 = 0
        let isAuthentic = unsafe EVP_CipherFinal_ex(context.pointer, &unused, &none) == 1
        ERR_clear_error()
        return isAuthentic
    }
}

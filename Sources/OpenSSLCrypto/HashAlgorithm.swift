internal import COpenSSL

/// A hash function of the SHA-2 family (FIPS 180-4).
public enum HashAlgorithm: String, Hashable, Sendable, CaseIterable, Codable {
    /// SHA-256, digests of 32 bytes.
    case sha256 = "SHA256"
    /// SHA-384, digests of 48 bytes.
    case sha384 = "SHA384"
    /// SHA-512, digests of 64 bytes.
    case sha512 = "SHA512"

    /// Size of a digest in bytes.
    public var digestByteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Hashes `bytes` in one call.
    ///
    /// Throws ``CryptoError`` when OpenSSL has no memory left or its provider lacks the algorithm.
    public func digest(of bytes: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        var hash = try IncrementalHash(self)
        try hash.update(bytes)
        return try hash.finalize()
    }

    /// OpenSSL's static description of the algorithm; never freed.
    var implementation: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}

/// A hash over bytes that arrive in pieces.
///
/// Owns OpenSSL's context and frees it. Finishing consumes the value, so a finished hash cannot be fed again.
@safe
public struct IncrementalHash: ~Copyable, Sendable {
    /// The algorithm that was chosen.
    public let algorithm: HashAlgorithm
    private let context: Handle

    /// Starts a hash over no bytes.
    public init(_ algorithm: HashAlgorithm) throws(CryptoError) {
        try unsafe self.init(algorithm) { context in unsafe EVP_DigestInit_ex(context, algorithm.implementation, nil) }
    }

    private init(_ algorithm: HashAlgorithm, startedBy start: (OpaquePointer) -> Int32) throws(CryptoError) {
        let context = try unsafe Handle(EVP_MD_CTX_new(), freedBy: EVP_MD_CTX_free, for: algorithm.rawValue)
        try unsafe CryptoError.check(start(context.pointer), algorithm.rawValue)
        self.algorithm = algorithm
        self.context = context
    }

    /// A second hash over the same bytes so far, which then goes its own way: a transcript that is hashed at several
    /// points is read once.
    public func copy() throws(CryptoError) -> IncrementalHash {
        try unsafe IncrementalHash(algorithm) { new in unsafe EVP_MD_CTX_copy_ex(new, context.pointer) }
    }

    /// Appends `bytes` to what is hashed.
    public mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) {
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_DigestUpdate(context.pointer, $0.baseAddress, $0.count)
        }
        try CryptoError.check(status, algorithm.rawValue)
    }

    /// The digest of everything appended; ``HashAlgorithm/digestByteCount`` bytes.
    public consuming func finalize() throws(CryptoError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: algorithm.digestByteCount)
        let status = unsafe digest.withUnsafeMutableBufferPointer {
            unsafe EVP_DigestFinal_ex(context.pointer, $0.baseAddress, nil)
        }
        try CryptoError.check(status, algorithm.rawValue)
        return digest
    }
}

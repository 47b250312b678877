public import OpenSSLCrypto
public import SPDM
internal import WireBytes

/// What an end shows and signs with: a private key, and the certificates that lead from a root to it.
///
/// Shared by all sessions of a device; the key never leaves it.
public final class DeviceIdentity: Sendable {
    /// The leaf's private key.
    public let key: PrivateKey
    /// The certificates in DER, the root first.
    public let certificates: [[UInt8]]

    /// Puts a key and its certificates together.
    ///
    /// Throws ``DeviceIdentityError`` when there are no certificates or too many, one is malformed, or the last is of
    /// another key. That they verify is for the peer to judge.
    public init(certificates: [[UInt8]], key: consuming PrivateKey) throws(DeviceIdentityError) {
        guard let last = certificates.last, certificates.count <= DeviceTrust.maximumCertificateCount,
            certificates.map(\.count).reduce(0, +) <= Self.maximumByteCount
        else { throw .size(certificates: certificates.count, bytes: certificates.map(\.count).reduce(0, +)) }
        let leaf: Certificate
        do throws(CertificateError) {
            for encoding in certificates.dropLast() { _ = try Certificate(encoding) }
            leaf = try Certificate(last)
        } catch {
            throw .certificate(error)
        }
        let own = try DeviceIdentityError.crypto { () throws(CryptoError) in try key.publicKey().subjectPublicKeyInfo }
        guard own == leaf.subjectPublicKeyInfo else { throw .otherKey(leaf.subject) }
        self.certificates = certificates
        self.key = key
    }

    /// Reads certificates that stand behind each other in DER, root first, and a private key in DER.
    ///
    /// Throws as above, and when the key is malformed.
    public convenience init(
        chain: [UInt8], privateKey: borrowing SecretBytes
    ) throws(DeviceIdentityError) {
        let certificates: [[UInt8]]
        do throws(CertificateError) {
            certificates = try CertificateChain.split(chain.span, limit: DeviceTrust.maximumCertificateCount)
        } catch {
            throw .certificate(error)
        }
        let key = try DeviceIdentityError.crypto { () throws(CryptoError) in try PrivateKey(der: privateKey) }
        try self.init(certificates: certificates, key: key)
    }

    /// What fits behind the header of a chain, whatever the hash.
    private static let maximumByteCount = Int(UInt16.max) - 4 - HashAlgorithm.sha512.digestByteCount

    /// The chain of a slot: length, digest of the root, certificates (``SPDMCertificateChain``).
    ///
    /// Throws ``DeviceIdentityError`` when OpenSSL cannot hash.
    public func chain(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8] {
        let root = certificates[0]
        let digest = try DeviceIdentityError.crypto { () throws(CryptoError) in try hash.digest(of: root.span) }
        let bytes = Array(certificates.joined())
        do throws(WireError) {
            return try SPDMCertificateChain.encode(rootHash: digest, certificates: bytes)
        } catch {
            throw .size(certificates: certificates.count, bytes: bytes.count)
        }
    }

    /// The algorithms that the key signs with.
    public var signatures: BaseAsymmetricAlgorithms { key.type.signatures }
}

/// Why a key and certificates are no identity.
public enum DeviceIdentityError: Error, Hashable, Sendable {
    /// There are none, or more than a chain holds.
    case size(certificates: Int, bytes: Int)
    /// One is malformed.
    case certificate(CertificateError)
    /// The last certificate, of this subject, is not of the key.
    case otherKey(String)
    /// The cryptographic library failed.
    case crypto(CryptoError)
}

extension DeviceIdentityError {
    /// What OpenSSL carries out; its failure is one of these.
    static func crypto<Value: ~Copyable>(
        _ body: () throws(CryptoError) -> Value
    ) throws(DeviceIdentityError) -> Value {
        do throws(CryptoError) {
            return try body()
        } catch {
            throw .crypto(error)
        }
    }
}

extension DeviceIdentityError: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .size(let certificates, let bytes): "\(certificates) certificates of \(bytes) bytes are no chain"
        case .certificate(let error): error.description
        case .otherKey(let subject): "the certificate of \(subject) is of another key"
        case .crypto(let error): error.description
        }
    }
}

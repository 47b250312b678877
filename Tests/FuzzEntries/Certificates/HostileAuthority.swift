internal import OpenSSLCrypto

/// An authority that is trusted, and certifies whatever it is told.
final class HostileAuthority: Sendable {
    /// One for the process.
    static let shared = Result { () throws in try HostileAuthority() }
        .mapError { BrokenInvariant("there is no authority: \($0)") }

    /// The certificate of its root.
    let root: Certificate
    private let key: PrivateKey
    private let leafKey: PrivateKey

    private init() throws {
        let key = try PrivateKey(generating: .p256)
        root = try Certificate(Self.template("root", isAuthority: true).selfSigned(by: key, hash: .sha256))
        leafKey = try PrivateKey(generating: .p256)
        self.key = key
    }

    /// A leaf that says what `change` makes it say; nil when OpenSSL does not make such a certificate.
    func leaf(_ change: (inout CertificateTemplate) -> Void) -> [UInt8]? {
        var template = Self.template("leaf", isAuthority: false)
        template.keyUsage = .digitalSignature
        change(&template)
        return try? template.issued(to: leafKey.publicKey(), by: key, issuer: root, hash: .sha256)
    }

    private static func template(_ name: String, isAuthority: Bool) -> CertificateTemplate {
        CertificateTemplate(
            commonName: name, serialNumber: 1, notBefore: RecordedCertificates.time - 1000,
            notAfter: RecordedCertificates.time + 1000, basicConstraints: BasicConstraints(isAuthority: isAuthority))
    }
}

public import OpenSSLCrypto

/// A chain of certificates, or a key, that was refused: which certificate, which field of it, what was seen and what
/// was expected.
public struct ChainRefusal: Error, Hashable, Sendable {
    /// What was looked at.
    public enum Place: Hashable, Sendable {
        /// Length and root hash in front of the certificates.
        case header
        /// A certificate, counted from 0, the root's end.
        case certificate(Int)
        /// One of the trusted roots.
        case trustedRoot
        /// The key that the peer was provisioned with.
        case provisionedKey
    }

    /// What is wrong there.
    public enum Field: Hashable, Sendable {
        /// The length of all.
        case length
        /// The digest of the root.
        case rootHash
        /// What every certificate has, and the path to a root.
        case certificate(CertificateError.Field)
        /// The version of the certificate's format.
        case version
        /// The purposes of the key.
        case extendedKeyUsage
        /// The PCI function that the certificate is for, or the part of its name: `Vendor`, `Device`, `CC`, `REV`,
        /// `SSVID`, `SSID`.
        case pciName(part: String?)
        /// What the certificate says of the device in DMTF's words.
        case deviceInfo
        /// The mark of the certificate of the key that never changes.
        case hardwareIdentity
    }

    /// What was looked at.
    public let place: Place
    /// What is wrong there.
    public let field: Field
    /// What stands there.
    public let seen: String
    /// What should stand there; nil when `seen` says it.
    public let expected: String?
    /// The deviation that would admit it; nil when nothing does.
    public let deviation: CertificateDeviation?

    init(
        _ place: Place, _ field: Field, seen: String, expected: String? = nil, deviation: CertificateDeviation? = nil
    ) {
        self.place = place
        self.field = field
        self.seen = seen
        self.expected = expected
        self.deviation = deviation
    }

    init(_ error: CertificateError) {
        let place: Place =
            switch error.place {
            case .chain(let index): .certificate(index)
            case .trustedRoot: .trustedRoot
            }
        self.init(place, .certificate(error.field), seen: error.reason)
    }

    /// Nobody is believed, because the roots that should be cannot be had.
    public static func noTrustedRoot(_ error: CryptoError) -> ChainRefusal {
        ChainRefusal(error, .trustedRoot, .root)
    }

    init(_ error: CryptoError, _ place: Place, _ field: CertificateError.Field) {
        self.init(place, .certificate(field), seen: error.description)
    }
}

extension ChainRefusal: CustomStringConvertible {
    /// One line: `certificate 2, PCI name Device: 1234; expected 5678`.
    public var description: String {
        "\(place), \(field): \(seen)" + (expected.map { "; expected \($0)" } ?? "")
            + (deviation.map { " (deviation \($0.rawValue) would admit it)" } ?? "")
    }
}

extension ChainRefusal.Place: CustomStringConvertible {
    /// What was looked at, in words.
    public var description: String {
        switch self {
        case .header: "certificate chain"
        case .certificate(let index): "certificate \(index)"
        case .trustedRoot: "trusted root"
        case .provisionedKey: "provisioned key"
        }
    }
}

extension ChainRefusal.Field: CustomStringConvertible {
    /// The field, in words.
    public var description: String {
        switch self {
        case .length: "length"
        case .rootHash: "root hash"
        case .certificate(let field): field.rawValue
        case .version: "version"
        case .extendedKeyUsage: "extendedKeyUsage"
        case .pciName(let part): part.map { "PCI name \($0)" } ?? "PCI name"
        case .deviceInfo: "device information"
        case .hardwareIdentity: "hardware identity"
        }
    }
}

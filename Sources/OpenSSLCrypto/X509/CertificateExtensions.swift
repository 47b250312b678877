/// What a certificate says about signing others (RFC 5280 4.2.1.9).
public struct BasicConstraints: Hashable, Sendable {
    /// Whether the key may sign certificates.
    public var isAuthority: Bool
    /// How many authorities may stand between this one and the leaf; nil for any number.
    public var pathLength: Int?

    /// Creates constraints.
    public init(isAuthority: Bool, pathLength: Int? = nil) {
        self.isAuthority = isAuthority
        self.pathLength = pathLength
    }
}

/// What a certificate's key is for (RFC 5280 4.2.1.3), as OpenSSL numbers the bits.
public struct KeyUsage: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt32

    /// Signatures other than those on certificates and revocation lists.
    public static let digitalSignature = KeyUsage(rawValue: 0x80)
    /// Signatures that the signer may not deny.
    public static let nonRepudiation = KeyUsage(rawValue: 0x40)
    /// Encryption of keys.
    public static let keyEncipherment = KeyUsage(rawValue: 0x20)
    /// Encryption of data.
    public static let dataEncipherment = KeyUsage(rawValue: 0x10)
    /// Key agreement.
    public static let keyAgreement = KeyUsage(rawValue: 0x08)
    /// Signatures on certificates.
    public static let keyCertSign = KeyUsage(rawValue: 0x04)
    /// Signatures on revocation lists.
    public static let cRLSign = KeyUsage(rawValue: 0x02)
    /// With key agreement: encryption only.
    public static let encipherOnly = KeyUsage(rawValue: 0x01)
    /// With key agreement: decryption only.
    public static let decipherOnly = KeyUsage(rawValue: 0x8000)

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A name of a form that others define (RFC 5280 4.2.1.6), such as 2.23.147 for a PCI device's identity.
public struct OtherName: Hashable, Sendable {
    /// The form, as a dotted object identifier.
    public let type: String
    /// The name as it stands within its explicit tag: one value in DER.
    public let value: [UInt8]

    /// Creates a name from its form and its value in DER.
    public init(type: String, value: [UInt8]) {
        self.type = type
        self.value = value
    }
}

/// An extension of a certificate (RFC 5280 4.1.2.9).
public struct CertificateExtension: Hashable, Sendable {
    /// Which extension, as a dotted object identifier.
    public let type: String
    /// Whether a verifier that does not understand it refuses the certificate.
    public let isCritical: Bool
    /// Its value in DER, as it stands within the octet string.
    public let value: [UInt8]

    /// Creates an extension from its parts.
    public init(type: String, isCritical: Bool = false, value: [UInt8]) {
        self.type = type
        self.isCritical = isCritical
        self.value = value
    }
}

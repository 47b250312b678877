/// What a certificate (RFC 5280) says. A value: that it was read does not mean that it was verified.
public struct Certificate: Hashable, Sendable {
    /// The certificate in DER, as it was given.
    public let encoding: [UInt8]
    /// The version of its format; 3 is the one that has extensions.
    public let version: Int
    /// Who it is about, in the form of RFC 2253: one line of printable ASCII.
    public let subject: String
    /// Who signed it, in the same form.
    public let issuer: String
    /// The number that the issuer gave it, big-endian, without leading zeros.
    public let serialNumber: [UInt8]
    /// The first second at which it is valid, counted from 1970-01-01 00:00 UTC.
    public let notBefore: Int64
    /// The last second at which it is valid, counted from 1970-01-01 00:00 UTC.
    public let notAfter: Int64
    /// The key that it binds to the subject, in DER; read it with ``PublicKey/init(subjectPublicKeyInfo:)``.
    public let subjectPublicKeyInfo: [UInt8]
    /// Whether it may sign others; nil when it does not say.
    public let basicConstraints: BasicConstraints?
    /// What its key is for; nil when it does not say.
    public let keyUsage: KeyUsage?
    /// The purposes that its key is for, as dotted object identifiers; empty when it does not say.
    public let extendedKeyUsage: [String]
    /// The names of other forms among its subject alternative names.
    public let otherNames: [OtherName]
    /// All its extensions, those above among them, in their order.
    public let extensions: [CertificateExtension]

    /// Reads one certificate in DER.
    ///
    /// Throws ``CertificateError`` about certificate 0 when the bytes are not exactly one, or an extension that is read
    /// here is malformed or stands there twice.
    public init(_ encoding: [UInt8]) throws(CertificateError) {
        let reader = try CertificateReader(encoding.span, at: .chain(0))
        try self.init(encoding, read: reader)
    }

    init(_ encoding: [UInt8], read reader: borrowing CertificateReader) throws(CertificateError) {
        self.encoding = encoding
        version = reader.version()
        subject = try reader.subject()
        issuer = try reader.issuer()
        serialNumber = reader.serialNumber()
        notBefore = try reader.notBefore()
        notAfter = try reader.notAfter()
        subjectPublicKeyInfo = try reader.subjectPublicKeyInfo()
        extensions = try reader.extensions()
        basicConstraints = reader.basicConstraints()
        keyUsage = reader.keyUsage()
        extendedKeyUsage = try reader.extendedKeyUsage()
        otherNames = try reader.otherNames()
    }
}

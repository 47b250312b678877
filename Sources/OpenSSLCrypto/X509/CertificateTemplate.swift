internal import COpenSSL

/// What a certificate is to say, for emulated devices and tests, which are their own authorities.
///
/// Subject and authority key identifiers are added to what stands here.
public struct CertificateTemplate: Hashable, Sendable {
    /// The common name of the subject.
    public var commonName: String
    /// The number that the issuer gives it.
    public var serialNumber: UInt64
    /// The first second at which it is valid, counted from 1970-01-01 00:00 UTC.
    public var notBefore: Int64
    /// The last second at which it is valid, counted from 1970-01-01 00:00 UTC.
    public var notAfter: Int64
    /// Whether it may sign others; critical. Left out when nil.
    public var basicConstraints: BasicConstraints?
    /// What its key is for; critical. Left out when empty.
    public var keyUsage: KeyUsage = []
    /// The purposes that its key is for, as dotted object identifiers. Left out when empty.
    public var extendedKeyUsage: [String] = []
    /// Subject alternative names. Left out when empty.
    public var otherNames: [OtherName] = []
    /// Further extensions, as they are.
    public var extensions: [CertificateExtension] = []

    /// Creates a template with what every certificate has.
    public init(
        commonName: String, serialNumber: UInt64, notBefore: Int64, notAfter: Int64,
        basicConstraints: BasicConstraints?
    ) {
        self.commonName = commonName
        self.serialNumber = serialNumber
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.basicConstraints = basicConstraints
    }

    /// A certificate for the key that signs it; DER.
    ///
    /// Throws ``CryptoError`` when OpenSSL refuses a value here, such as an identifier that is none.
    public func selfSigned(by key: borrowing PrivateKey, hash: HashAlgorithm) throws(CryptoError) -> [UInt8] {
        let subject = try key.publicKey()
        return try CertificateBuilder(self, for: subject).signed(by: key, issuer: nil, hash: hash)
    }

    /// A certificate for `subject`, signed with the key of `issuer`, which is a certificate in DER; DER.
    ///
    /// Whether the issuer may sign, and whether `key` is its key, is a verifier's to judge. Throws as above.
    public func issued(
        to subject: borrowing PublicKey, by key: borrowing PrivateKey, issuer: Certificate, hash: HashAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        try CertificateBuilder(self, for: subject).signed(by: key, issuer: issuer, hash: hash)
    }
}

/// OpenSSL's certificate while it is made.
private struct CertificateBuilder: ~Copyable {
    private static let operation = "certificate issuing"
    private let certificate: Handle
    private let template: CertificateTemplate

    init(_ template: CertificateTemplate, for subject: borrowing PublicKey) throws(CryptoError) {
        let certificate = try unsafe Handle(X509_new(), freedBy: X509_free, for: Self.operation)
        let x509 = unsafe certificate.pointer
        // Version 3 is written as 2.
        try Self.check(unsafe X509_set_version(x509, 2))
        try Self.check(unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), template.serialNumber))
        try Self.check(unsafe X509_set_pubkey(x509, subject.key.pointer))
        try Self.check(unsafe ASN1_TIME_set(X509_getm_notBefore(x509), Int(template.notBefore)) == nil ? 0 : 1)
        try Self.check(unsafe ASN1_TIME_set(X509_getm_notAfter(x509), Int(template.notAfter)) == nil ? 0 : 1)
        let name = unsafe X509_get_subject_name(x509)
        let text = Array(template.commonName.utf8)
        try Self.check(
            unsafe X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, Int32(text.count), -1, 0))
        self.template = template
        self.certificate = certificate
    }

    consuming func signed(
        by key: borrowing PrivateKey, issuer: Certificate?, hash: HashAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        if let issuer {
            let decoded = try Self.decode(issuer)
            try add(issuer: decoded)
        } else {
            try add(issuer: certificate)
        }
        let size = unsafe X509_sign(certificate.pointer, key.key.pointer, hash.implementation)
        guard size > 0, let encoding = unsafe derEncoding(by: { unsafe i2d_X509(certificate.pointer, $0) }) else {
            throw CryptoError(takingQueueFor: Self.operation)
        }
        return encoding
    }

    private static func decode(_ issuer: Certificate) throws(CryptoError) -> Handle {
        var rest = 0
        let decoded = unsafe decodeDER(issuer.encoding.span, rest: &rest) { unsafe d2i_X509(nil, $0, $1) }
        return try unsafe Handle(decoded, freedBy: X509_free, for: operation)
    }

    /// The issuer's name, and the extensions, of which one names the issuer's key.
    private func add(issuer: borrowing Handle) throws(CryptoError) {
        try Self.check(unsafe X509_set_issuer_name(certificate.pointer, X509_get_subject_name(issuer.pointer)))
        for (name, value) in try extensions() {
            var context = unsafe X509V3_CTX()
            unsafe X509V3_set_ctx(&context, issuer.pointer, certificate.pointer, nil, nil, 0)
            let made = unsafe X509V3_EXT_nconf(nil, &context, name, value)
            let item = try unsafe Handle(made, freedBy: X509_EXTENSION_free, for: "\(Self.operation): \(name)")
            try Self.check(unsafe X509_add_ext(certificate.pointer, item.pointer, -1))
        }
    }

    /// Name and value of each extension, as OpenSSL's configuration files (x509v3_config) spell them. The subject's key
    /// identifier stands first, because a root's authority key identifier is taken from it.
    private func extensions() throws(CryptoError) -> [(String, String)] {
        var found = [("subjectKeyIdentifier", "hash"), ("authorityKeyIdentifier", "keyid:always")]
        if let constraints = template.basicConstraints {
            found.append(("basicConstraints", "critical," + constraints.configuration))
        }
        if !template.keyUsage.isEmpty { found.append(("keyUsage", "critical," + template.keyUsage.configuration)) }
        if !template.extendedKeyUsage.isEmpty {
            found.append(("extendedKeyUsage", template.extendedKeyUsage.joined(separator: ",")))
        }
        if !template.otherNames.isEmpty {
            found.append(("subjectAltName", der(try Self.encoding(of: template.otherNames))))
        }
        for item in template.extensions {
            found.append((item.type, (item.isCritical ? "critical," : "") + der(item.value)))
        }
        return found
    }

    private static func encoding(of names: [OtherName]) throws(CryptoError) -> [UInt8] {
        let list = try unsafe Handle(GENERAL_NAMES_new(), freedBy: GENERAL_NAMES_free, for: operation)
        for name in names {
            let item = unsafe GENERAL_NAME_new()
            guard unsafe OPENSSL_sk_push(list.pointer, item) > 0 else {
                unsafe GENERAL_NAME_free(item)
                throw CryptoError(takingQueueFor: operation)
            }
            var rest = 0
            let type = unsafe OBJ_txt2obj(name.type, 1)
            let value = unsafe decodeDER(name.value.span, rest: &rest) {
                unsafe d2i_ASN1_TYPE(nil, $0, $1).map { OpaquePointer($0) }
            }
            guard let type = unsafe type, let value = unsafe value, rest == 0,
                unsafe GENERAL_NAME_set0_othername(item, type, UnsafeMutablePointer(value)) == 1
            else {
                unsafe ASN1_OBJECT_free(type)
                unsafe ASN1_TYPE_free(value.map { unsafe UnsafeMutablePointer($0) })
                throw CryptoError(takingQueueFor: "\(operation): name \(name.type)")
            }
        }
        guard let encoding = unsafe derEncoding(by: { unsafe i2d_GENERAL_NAMES(list.pointer, $0) }) else {
            throw CryptoError(takingQueueFor: operation)
        }
        return encoding
    }

    private static func check(_ status: Int32) throws(CryptoError) { try CryptoError.check(status, operation) }
}

private func der(_ bytes: [UInt8]) -> String {
    "DER:" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: ":")
}

extension BasicConstraints {
    fileprivate var configuration: String {
        "CA:\(isAuthority ? "TRUE" : "FALSE")" + (pathLength.map { ",pathlen:\($0)" } ?? "")
    }
}

extension KeyUsage {
    private static let names: [(KeyUsage, String)] = [
        (.digitalSignature, "digitalSignature"), (.nonRepudiation, "nonRepudiation"),
        (.keyEncipherment, "keyEncipherment"), (.dataEncipherment, "dataEncipherment"),
        (.keyAgreement, "keyAgreement"), (.keyCertSign, "keyCertSign"), (.cRLSign, "cRLSign"),
        (.encipherOnly, "encipherOnly"), (.decipherOnly, "decipherOnly"),
    ]

    fileprivate var configuration: String {
        Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}

internal import COpenSSL

/// OpenSSL's view of one certificate, asked for its parts.
struct CertificateReader: ~Copyable {
    let certificate: Handle
    private let place: CertificateError.Place

    /// Decodes the certificate and has OpenSSL look at its extensions once.
    init(_ encoding: Span<UInt8>, at place: CertificateError.Place) throws(CertificateError) {
        var rest = 0
        let decoded = unsafe decodeDER(encoding, rest: &rest) { unsafe d2i_X509(nil, $0, $1) }
        let certificate: Handle
        do throws(CryptoError) {
            certificate = try unsafe Handle(decoded, freedBy: X509_free, for: "certificate decoding")
        } catch {
            throw CertificateError(place, .encoding, error.reasons.last ?? "no certificate")
        }
        guard rest == 0 else { throw CertificateError(place, .encoding, "\(rest) bytes behind the certificate") }
        // OpenSSL reads BER as well, in which one certificate has many encodings, and so many digests.
        guard Self.isEncoded(certificate, as: encoding) else { throw CertificateError(place, .encoding, "not in DER") }
        guard unsafe X509_get_extension_flags(certificate.pointer) & UInt32(EXFLAG_INVALID) == 0 else {
            ERR_clear_error()
            throw CertificateError(place, .extensions, "malformed, or one there twice")
        }
        self.certificate = certificate
        self.place = place
    }

    private static func isEncoded(_ certificate: borrowing Handle, as encoding: Span<UInt8>) -> Bool {
        guard let canonical = unsafe derEncoding(by: { unsafe i2d_X509(certificate.pointer, $0) }) else { return false }
        return constantTimeEqual(canonical.span, encoding)
    }

    /// 1 to 3; version 3 is written as 2.
    func version() -> Int { unsafe X509_get_version(certificate.pointer) + 1 }

    func subject() throws(CertificateError) -> String {
        try unsafe text(of: X509_get_subject_name(certificate.pointer))
    }

    func issuer() throws(CertificateError) -> String {
        try unsafe text(of: X509_get_issuer_name(certificate.pointer))
    }

    func serialNumber() -> [UInt8] {
        unsafe bytes(of: X509_get0_serialNumber(certificate.pointer))
    }

    func notBefore() throws(CertificateError) -> Int64 {
        try unsafe seconds(X509_get0_notBefore(certificate.pointer), .notBefore)
    }

    func notAfter() throws(CertificateError) -> Int64 {
        try unsafe seconds(X509_get0_notAfter(certificate.pointer), .notAfter)
    }

    func subjectPublicKeyInfo() throws(CertificateError) -> [UInt8] {
        let encoding = unsafe derEncoding {
            unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.pointer), $0)
        }
        return try required(encoding, .publicKey)
    }

    func basicConstraints() -> BasicConstraints? {
        let flags = unsafe X509_get_extension_flags(certificate.pointer)
        guard flags & UInt32(EXFLAG_BCONS) != 0 else { return nil }
        let pathLength = unsafe X509_get_pathlen(certificate.pointer)
        return BasicConstraints(
            isAuthority: flags & UInt32(EXFLAG_CA) != 0, pathLength: pathLength < 0 ? nil : pathLength)
    }

    func keyUsage() -> KeyUsage? {
        let usage = unsafe X509_get_key_usage(certificate.pointer)
        return usage == .max ? nil : KeyUsage(rawValue: usage)
    }

    func extensions() throws(CertificateError) -> [CertificateExtension] {
        var found: [CertificateExtension] = []
        for index in unsafe 0..<X509_get_ext_count(certificate.pointer) {
            guard let item = unsafe X509_get_ext(certificate.pointer, index),
                let type = unsafe identifier(X509_EXTENSION_get_object(item))
            else { throw CertificateError(place, .extensions, "number \(index) cannot be read") }
            let isCritical = unsafe X509_EXTENSION_get_critical(item) == 1
            let value = unsafe bytes(of: X509_EXTENSION_get_data(item))
            found.append(CertificateExtension(type: type, isCritical: isCritical, value: value))
        }
        return found
    }

    func extendedKeyUsage() throws(CertificateError) -> [String] {
        guard let purposes = try unsafe decoded(NID_ext_key_usage) else { return [] }
        defer { unsafe EXTENDED_KEY_USAGE_free(purposes) }
        var found: [String] = []
        for index in unsafe 0..<OPENSSL_sk_num(purposes) {
            let object = unsafe OPENSSL_sk_value(purposes, index).map { OpaquePointer($0) }
            found.append(try required(unsafe identifier(object), .extensions))
        }
        return found
    }

    func otherNames() throws(CertificateError) -> [OtherName] {
        guard let names = try unsafe decoded(NID_subject_alt_name) else { return [] }
        defer { unsafe GENERAL_NAMES_free(names) }
        var found: [OtherName] = []
        for index in unsafe 0..<OPENSSL_sk_num(names) {
            let name = unsafe OPENSSL_sk_value(names, index)?.assumingMemoryBound(to: GENERAL_NAME.self)
            var type: OpaquePointer?
            var value: UnsafeMutablePointer<ASN1_TYPE>?
            guard unsafe GENERAL_NAME_get0_otherName(name, &type, &value) == 1 else { continue }
            let encoding = unsafe derEncoding { unsafe i2d_ASN1_TYPE(value, $0) }
            found.append(
                OtherName(
                    type: try required(unsafe identifier(type), .extensions), value: try required(encoding, .extensions)
                ))
        }
        return found
    }

    /// An extension that stands there once, in OpenSSL's form; nil when it does not stand there.
    private func decoded(_ type: Int32) throws(CertificateError) -> OpaquePointer? {
        var found: Int32 = 0
        let value = unsafe X509_get_ext_d2i(certificate.pointer, type, &found, nil)
        if let value = unsafe value { return OpaquePointer(value) }
        ERR_clear_error()
        // -1 is OpenSSL's word for none.
        guard found == -1 else { throw CertificateError(place, .extensions, "malformed, or one there twice") }
        return nil
    }

    private func seconds(
        _ time: UnsafePointer<ASN1_TIME>?, _ field: CertificateError.Field
    ) throws(CertificateError) -> Int64 {
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard unsafe epoch != nil, unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            ERR_clear_error()
            throw CertificateError(place, field, "no time")
        }
        return Int64(days) * 86_400 + Int64(seconds)
    }

    private func text(of name: OpaquePointer?) throws(CertificateError) -> String {
        guard let buffer = unsafe BIO_new(BIO_s_mem()) else {
            throw CertificateError(place, .other, "out of memory")
        }
        defer { unsafe BIO_free(buffer) }
        guard unsafe X509_NAME_print_ex(buffer, name, 0, COPENSSL_XN_FLAG_RFC2253) >= 0 else {
            ERR_clear_error()
            throw CertificateError(place, .encoding, "a name that cannot be shown")
        }
        var text = unsafe [UInt8](repeating: 0, count: BIO_ctrl_pending(buffer))
        var count = 0
        _ = unsafe BIO_read_ex(buffer, &text, text.count, &count)
        return String(decoding: text.prefix(count), as: UTF8.self)
    }

    private func required<Value>(
        _ value: Value?, _ field: CertificateError.Field
    ) throws(CertificateError) -> Value {
        guard let value else {
            ERR_clear_error()
            throw CertificateError(place, field, "cannot be read")
        }
        return value
    }
}

/// The bytes of one of OpenSSL's ASN.1 strings.
func bytes(of string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    guard let string = unsafe string, let start = unsafe ASN1_STRING_get0_data(string) else { return [] }
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
}

/// An object identifier in dotted form; nil when it is longer than any in use.
func identifier(_ object: OpaquePointer?) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
        let count = unsafe OBJ_obj2txt(text.baseAddress, Int32(text.count), object, 1)
        guard count > 0, count < 256 else { return nil }
        return unsafe text.baseAddress.map { unsafe String(cString: $0) }
    }
}

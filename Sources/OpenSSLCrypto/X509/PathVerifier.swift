internal import COpenSSL

/// OpenSSL's path validation over certificates that stand in order. Decoding one costs a good part of verifying its
/// signature, so each is decoded once.
struct PathVerifier: ~Copyable {
    /// What the certificates say, in the order given.
    let certificates: [Certificate]
    private let chain: CertificateStack

    init(_ encodings: [[UInt8]]) throws(CertificateError) {
        var certificates: [Certificate] = []
        let chain = try CertificateStack()
        for (index, encoding) in encodings.enumerated() {
            let reader = try CertificateReader(encoding.span, at: .chain(index))
            certificates.append(try Certificate(encoding, read: reader))
            try unsafe chain.append(reader.certificate.pointer, at: .chain(index))
        }
        self.certificates = certificates
        self.chain = chain
    }

    private func stack(of roots: [[UInt8]]) throws(CertificateError) -> CertificateStack {
        let stack = try CertificateStack()
        for root in roots {
            if let index = certificates.firstIndex(where: { $0.encoding == root }) {
                try unsafe stack.append(certificate(chain.stack, at: index), at: .trustedRoot)
            } else {
                let reader = try CertificateReader(root.span, at: .trustedRoot)
                try unsafe stack.append(reader.certificate.pointer, at: .trustedRoot)
            }
        }
        return stack
    }

    func verify(trusting encodings: [[UInt8]], at time: Int64) throws(CertificateError) {
        let roots = try stack(of: encodings)
        let leaf = certificates.count - 1
        guard let context = unsafe X509_STORE_CTX_new() else {
            throw CertificateError(.chain(leaf), .other, "out of memory")
        }
        defer { unsafe X509_STORE_CTX_free(context) }
        guard unsafe X509_STORE_CTX_init(context, nil, certificate(chain.stack, at: leaf), chain.stack) == 1 else {
            throw CertificateError(.chain(leaf), .other, "cannot be verified")
        }
        unsafe X509_STORE_CTX_set0_trusted_stack(context, roots.stack)
        let parameters = unsafe X509_STORE_CTX_get0_param(context)
        unsafe X509_VERIFY_PARAM_set_time(parameters, Int(time))
        unsafe X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        _ = unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CHECK_SS_SIGNATURE))
        defer { ERR_clear_error() }
        guard unsafe X509_verify_cert(context) == 1 else { throw unsafe failure(context) }
        try unsafe checkPath(context)
    }

    /// OpenSSL counts from the leaf.
    private func failure(_ context: OpaquePointer) -> CertificateError {
        let verdict = unsafe X509_STORE_CTX_get_error(context)
        let index = unsafe certificates.count - 1 - Int(X509_STORE_CTX_get_error_depth(context))
        let reason = unsafe String(cString: X509_verify_cert_error_string(Int(verdict)))
        return CertificateError(
            index < 0 ? .trustedRoot : .chain(index), CertificateError.Field(verdict: verdict), reason)
    }

    /// The path that OpenSSL found is the chain, certificate for certificate, and at most the root beside: nothing that
    /// was given is believed without being looked at.
    private func checkPath(_ context: OpaquePointer) throws(CertificateError) {
        let path = unsafe X509_STORE_CTX_get0_chain(context)
        for index in 0..<certificates.count {
            let inPath = unsafe certificate(path, at: certificates.count - 1 - index)
            let given = unsafe certificate(chain.stack, at: index)
            guard unsafe inPath != nil, unsafe X509_cmp(inPath, given) == 0 else {
                throw CertificateError(.chain(index), .issuer, "not on the path to a trusted root")
            }
        }
    }
}

/// The certificate at a place of a stack; nil outside it.
private func certificate(_ stack: OpaquePointer?, at index: Int) -> OpaquePointer? {
    unsafe OPENSSL_sk_value(stack, Int32(index)).map { OpaquePointer($0) }
}

/// Certificates in OpenSSL's form, with their one owner.
@safe
private struct CertificateStack: ~Copyable {
    private let handle: Handle

    var stack: OpaquePointer { unsafe handle.pointer }

    init() throws(CertificateError) {
        do throws(CryptoError) {
            handle = try unsafe Handle(OPENSSL_sk_new_null(), freedBy: Self.free, for: "certificate stack")
        } catch {
            throw CertificateError(.chain(0), .other, error.description)
        }
    }

    /// Shares a certificate with whoever else holds it.
    func append(_ certificate: OpaquePointer?, at place: CertificateError.Place) throws(CertificateError) {
        guard unsafe X509_up_ref(certificate) == 1 else { throw CertificateError(place, .other, "cannot be shared") }
        guard unsafe OPENSSL_sk_push(handle.pointer, UnsafeRawPointer(certificate)) > 0 else {
            unsafe X509_free(certificate)
            throw CertificateError(place, .other, "out of memory")
        }
    }

    private static func free(_ stack: OpaquePointer?) {
        unsafe OPENSSL_sk_pop_free(stack) { certificate in unsafe X509_free(certificate.map { OpaquePointer($0) }) }
    }
}

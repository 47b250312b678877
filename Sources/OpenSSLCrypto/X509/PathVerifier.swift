internal import COpenSSL

/// OpenSSL's path validation over certificates that are known to stand in order.
struct PathVerifier: ~Copyable {
    private let chain: CertificateStack
    private let roots: CertificateStack

    init(chain: [[UInt8]], roots: [[UInt8]]) throws(CertificateError) {
        let chain = try CertificateStack(chain) { .chain($0) }
        let roots = try CertificateStack(roots) { _ in .trustedRoot }
        self.chain = chain
        self.roots = roots
    }

    func verify(at time: Int64) throws(CertificateError) {
        let leaf = chain.count - 1
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
        let index = unsafe chain.count - 1 - Int(X509_STORE_CTX_get_error_depth(context))
        let reason = unsafe String(cString: X509_verify_cert_error_string(Int(verdict)))
        return CertificateError(
            index < 0 ? .trustedRoot : .chain(index), CertificateError.Field(verdict: verdict), reason)
    }

    /// The path that OpenSSL found is the chain, certificate for certificate, and at most the root beside: nothing that
    /// was given is believed without being looked at.
    private func checkPath(_ context: OpaquePointer) throws(CertificateError) {
        let path = unsafe X509_STORE_CTX_get0_chain(context)
        for index in 0..<chain.count {
            let inPath = unsafe certificate(path, at: chain.count - 1 - index)
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
    let count: Int
    private let handle: Handle

    var stack: OpaquePointer { unsafe handle.pointer }

    init(_ encodings: [[UInt8]], at place: (Int) -> CertificateError.Place) throws(CertificateError) {
        let handle: Handle
        do throws(CryptoError) {
            handle = try unsafe Handle(OPENSSL_sk_new_null(), freedBy: Self.free, for: "certificate stack")
        } catch {
            throw CertificateError(place(0), .other, error.description)
        }
        for (index, encoding) in encodings.enumerated() {
            let reader = try CertificateReader(encoding.span, at: place(index))
            let certificate = unsafe reader.certificate.pointer
            guard unsafe X509_up_ref(certificate) == 1 else {
                throw CertificateError(place(index), .other, "cannot be shared")
            }
            guard unsafe OPENSSL_sk_push(handle.pointer, UnsafeRawPointer(certificate)) > 0 else {
                unsafe X509_free(certificate)
                throw CertificateError(place(index), .other, "out of memory")
            }
        }
        count = encodings.count
        self.handle = handle
    }

    private static func free(_ stack: OpaquePointer?) {
        unsafe OPENSSL_sk_pop_free(stack) { certificate in unsafe X509_free(certificate.map { OpaquePointer($0) }) }
    }
}

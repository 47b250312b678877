internal import COpenSSL

/// Key derivation from a shared secret (RFC 5869), in its two separate steps.
///
/// Both throw ``CryptoError`` when the key is empty, or OpenSSL refuses, as it does more output than 255 digests.
public enum HKDF {
    /// A pseudorandom key of ``HashAlgorithm/digestByteCount`` bytes from `inputKeyMaterial`.
    public static func extract(
        salt: borrowing SecretBytes, inputKeyMaterial: borrowing SecretBytes, using algorithm: HashAlgorithm
    ) throws(CryptoError) -> SecretBytes {
        let operation = "HKDF-Extract-\(algorithm.rawValue)"
        try requireKey(inputKeyMaterial, operation)
        return try SecretBytes(count: algorithm.digestByteCount) { output throws(CryptoError) in
            let status = inputKeyMaterial.withBytes { key in
                salt.withBytes { salt in
                    derive(.extract, key: key, and: salt, using: algorithm, into: &output)
                }
            }
            try CryptoError.check(status, operation)
        }
    }

    /// `count` bytes bound to `info` from a pseudorandom key.
    public static func expand(
        _ pseudorandomKey: borrowing SecretBytes, info: Span<UInt8>, count: Int, using algorithm: HashAlgorithm
    ) throws(CryptoError) -> SecretBytes {
        let operation = "HKDF-Expand-\(algorithm.rawValue)"
        try requireKey(pseudorandomKey, operation)
        return try SecretBytes(count: count) { output throws(CryptoError) in
            let status = pseudorandomKey.withBytes { key in
                derive(.expand, key: key, and: info, using: algorithm, into: &output)
            }
            try CryptoError.check(status, operation)
        }
    }

    /// OpenSSL would derive from no key at all.
    private static func requireKey(_ key: borrowing SecretBytes, _ operation: String) throws(CryptoError) {
        guard key.count > 0 else { throw CryptoError(operation: operation, reasons: ["an empty key"]) }
    }

    /// A step, and the name of the input that it takes beside the key.
    private enum Step {
        case extract, expand

        var mode: String { self == .extract ? "EXTRACT_ONLY" : "EXPAND_ONLY" }
        var inputName: String { self == .extract ? OSSL_KDF_PARAM_SALT : OSSL_KDF_PARAM_INFO }
    }

    /// OpenSSL's status. Its parameter list borrows names and values, so all of them are pinned around the call.
    private static func derive(
        _ step: Step, key: Span<UInt8>, and input: Span<UInt8>, using algorithm: HashAlgorithm,
        into output: inout MutableSpan<UInt8>
    ) -> Int32 {
        guard let function = unsafe EVP_KDF_fetch(nil, OSSL_KDF_NAME_HKDF, nil) else { return 0 }
        defer { unsafe EVP_KDF_free(function) }
        guard let context = unsafe EVP_KDF_CTX_new(function) else { return 0 }
        defer { unsafe EVP_KDF_CTX_free(context) }
        return unsafe withText(OSSL_KDF_PARAM_MODE, step.mode) { mode in
            unsafe withText(OSSL_KDF_PARAM_DIGEST, algorithm.rawValue) { digest in
                unsafe withBytes(OSSL_KDF_PARAM_KEY, key) { key in
                    unsafe withBytes(step.inputName, input) { input in
                        let parameters = unsafe [mode, digest, key, input, OSSL_PARAM_construct_end()]
                        return unsafe output.withUnsafeMutableBufferPointer {
                            unsafe EVP_KDF_derive(context, $0.baseAddress, $0.count, parameters)
                        }
                    }
                }
            }
        }
    }

    private static func withText(_ name: String, _ value: String, _ body: (OSSL_PARAM) -> Int32) -> Int32 {
        unsafe name.withCString { name in
            unsafe value.withCString { value in
                unsafe body(OSSL_PARAM_construct_utf8_string(name, UnsafeMutablePointer(mutating: value), 0))
            }
        }
    }

    private static func withBytes(_ name: String, _ value: Span<UInt8>, _ body: (OSSL_PARAM) -> Int32) -> Int32 {
        unsafe name.withCString { name in
            unsafe value.withUnsafeBufferPointer { value in
                let start = unsafe UnsafeMutableRawPointer(mutating: value.baseAddress)
                return unsafe body(OSSL_PARAM_construct_octet_string(name, start, value.count))
            }
        }
    }
}

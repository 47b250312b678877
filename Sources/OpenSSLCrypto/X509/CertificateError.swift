internal import COpenSSL

/// A certificate that was refused: which one, which field of it, and why.
public struct CertificateError: Error, Hashable, Sendable {
    /// Which certificate of those that a check looks at.
    public enum Place: Hashable, Sendable {
        /// One of the chain, counted from 0, the root's end. A certificate looked at alone is number 0.
        case chain(Int)
        /// One of the trusted roots.
        case trustedRoot
    }

    /// What in a certificate is wrong.
    public enum Field: String, Hashable, Sendable, Codable, CaseIterable {
        /// The bytes are not one certificate in DER.
        case encoding
        /// There are more certificates than allowed.
        case count
        /// The version, or an extension: malformed, twice there, or critical and not understood.
        case extensions
        /// The issuer is not the subject of the certificate before, or is not trusted.
        case issuer
        /// The validity begins after the time of the check.
        case notBefore
        /// The validity ended before the time of the check.
        case notAfter
        /// It signed another certificate, and is not a certificate authority's; or its path length is exceeded.
        case basicConstraints
        /// It signed another certificate, and its key is not for that.
        case keyUsage
        /// The public key is malformed or too weak.
        case publicKey
        /// The signature is not the issuer's, or its algorithm too weak.
        case signature
        /// The first certificate is not the root that is trusted.
        case root
        /// Something that OpenSSL reports and no case above describes.
        case other
    }

    /// Which certificate was refused.
    public let place: Place
    /// Which field of it is wrong.
    public let field: Field
    /// What was seen, in one line.
    public let reason: String

    /// Creates an error with the given parts.
    public init(_ place: Place, _ field: Field, _ reason: String) {
        self.place = place
        self.field = field
        self.reason = reason
    }
}

extension CertificateError: CustomStringConvertible {
    /// One line: `certificate 2, notAfter: certificate has expired`.
    public var description: String {
        switch place {
        case .chain(let index): "certificate \(index), \(field.rawValue): \(reason)"
        case .trustedRoot: "trusted root, \(field.rawValue): \(reason)"
        }
    }
}

extension CertificateError.Field {
    /// The field that a verdict of `X509_verify_cert` is about.
    init(verdict: Int32) {
        self =
            switch verdict {
            case X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD: .notBefore
            case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD: .notAfter
            case X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE,
                X509_V_ERR_CA_MD_TOO_WEAK,
                X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY:
                .signature
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SUBJECT_ISSUER_MISMATCH,
                X509_V_ERR_AKID_SKID_MISMATCH, X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH:
                .issuer
            case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                X509_V_ERR_CERT_UNTRUSTED:
                .root
            case X509_V_ERR_INVALID_CA, X509_V_ERR_PATH_LENGTH_EXCEEDED, X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA:
                .basicConstraints
            case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: .keyUsage
            case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, X509_V_ERR_INVALID_EXTENSION: .extensions
            case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL,
                X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
                .publicKey
            default: .other
            }
    }
}

internal import COpenSSL

/// What a chain must end in to be believed.
public enum TrustAnchor: Hashable, Sendable {
    /// The chain begins with the root, whose DER has this digest.
    case rootDigest([UInt8], HashAlgorithm)
    /// The chain begins with one of these roots in DER, or with a certificate that one of them signed.
    case roots([[UInt8]])
}

/// A chain of certificates, the root first and the leaf last, each signed by the one before; verified.
public struct CertificateChain: Hashable, Sendable {
    /// The certificates, root first.
    public let certificates: [Certificate]
    /// The last certificate, whose key the other end signs with.
    public let leaf: Certificate

    /// Splits certificates that stand behind each other in DER, as SPDM carries them (DSP0274, certificate chain format).
    ///
    /// Only the lengths in front of them are looked at; what they say is ``Certificate``'s to read. Throws
    /// ``CertificateError`` that names the first one whose bytes cannot be a certificate, or that is one more than `limit`.
    public static func split(_ bytes: Span<UInt8>, limit: Int = .max) throws(CertificateError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var rest = bytes
        while !rest.isEmpty {
            guard found.count < limit else {
                throw CertificateError(.chain(found.count), .count, "more than \(limit) certificates")
            }
            guard let count = sequenceByteCount(rest) else {
                throw CertificateError(.chain(found.count), .encoding, "no certificate")
            }
            let certificate = rest.extracting(first: count)
            found.append(certificate.indices.map { certificate[$0] })
            rest = rest.extracting(droppingFirst: count)
        }
        return found
    }

    /// How many bytes the sequence has that `bytes` begin with; nil when there is none, or not all of it.
    private static func sequenceByteCount(_ bytes: Span<UInt8>) -> Int? {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return nil }
            var content: UnsafePointer<UInt8>? = unsafe start
            var (count, tag, tagClass) = (0, 0 as Int32, 0 as Int32)
            let form = unsafe ASN1_get_object(&content, &count, &tag, &tagClass, buffer.count)
            defer { ERR_clear_error() }
            // Another form has no length of its own, or one that lies.
            guard form == V_ASN1_CONSTRUCTED, tag == V_ASN1_SEQUENCE, tagClass == V_ASN1_UNIVERSAL else { return nil }
            return unsafe content.map { unsafe start.distance(to: $0) + count }
        }
    }

    /// Verifies certificates in DER, root first, as they are to be believed at `time`, in seconds since 1970-01-01 UTC.
    ///
    /// Path rules are those of RFC 5280 6 as OpenSSL checks them, at its security level 2 (112 bits); in addition every
    /// certificate but the leaf must call itself an authority in its basic constraints, and every one must be signed by
    /// the one before it. No revocation list is looked at, and no purpose of the leaf: that is its reader's to judge.
    /// Throws ``CertificateError`` for the first that fails.
    public init(
        verifying encodings: [[UInt8]], trusting anchor: TrustAnchor, at time: Int64
    ) throws(CertificateError) {
        let path = try PathVerifier(encodings)
        let certificates = path.certificates
        guard let root = certificates.first, let leaf = certificates.last else {
            throw CertificateError(.chain(0), .encoding, "there is none")
        }
        try Self.checkOrder(certificates)
        try path.verify(trusting: try Self.trustedRoots(anchor, first: root), at: time)
        self.certificates = certificates
        self.leaf = leaf
    }

    /// What OpenSSL would put right, let pass or not tell apart: it finds the issuer wherever it stands, takes some old
    /// certificates without basic constraints for authorities, and has one verdict for both fields of one that is none.
    private static func checkOrder(_ certificates: [Certificate]) throws(CertificateError) {
        for (index, (issuer, certificate)) in zip(certificates, certificates.dropFirst()).enumerated() {
            guard certificate.issuer == issuer.subject else {
                throw CertificateError(
                    .chain(index + 1), .issuer, "\(certificate.issuer), but the one before is \(issuer.subject)")
            }
            guard issuer.basicConstraints?.isAuthority == true else {
                throw CertificateError(.chain(index), .basicConstraints, "not an authority, but it signed the next")
            }
            guard issuer.keyUsage?.contains(.keyCertSign) != false else {
                throw CertificateError(.chain(index), .keyUsage, "its key is not for certificates, but signed the next")
            }
        }
    }

    private static func trustedRoots(
        _ anchor: TrustAnchor, first: Certificate
    ) throws(CertificateError) -> [[UInt8]] {
        switch anchor {
        case .roots(let roots): return roots
        case .rootDigest(let pinned, let algorithm):
            let digest: [UInt8]
            do throws(CryptoError) {
                digest = try algorithm.digest(of: first.encoding.span)
            } catch {
                throw CertificateError(.chain(0), .other, error.description)
            }
            guard constantTimeEqual(digest.span, pinned.span) else {
                throw CertificateError(.chain(0), .root, "its \(algorithm.rawValue) digest is not the pinned one")
            }
            return [first.encoding]
        }
    }
}

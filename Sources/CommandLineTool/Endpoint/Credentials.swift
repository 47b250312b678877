internal import OpenSSLCrypto
internal import SPDM
internal import SPDMEndpoints

/// What files say about who an end is, and whom it believes.
enum Credentials {
    /// The roots in a file, or the one with a digest. Throws ``Failure`` when the file cannot be read or understood.
    static func anchor(_ trust: String) throws(Failure) -> TrustAnchor {
        guard trust.hasPrefix("sha384:") else { return .roots(try certificates(in: trust)) }
        guard let digest = bytes(hexadecimal: trust.dropFirst(7)), digest.count == 48 else {
            throw Failure(.usage, "'\(trust)' is no SHA-384 digest", next: "sha384: and 96 hexadecimal digits")
        }
        return .rootDigest(digest, .sha384)
    }

    /// The identity of an end: with certificates a chain, without them a key that peers know beforehand; nil without a
    /// key. Throws ``Failure``.
    static func identity(certificates: String?, key: String?) throws(Failure) -> (any SlotIdentity)? {
        guard let key else { return nil }
        guard let certificates else { return try provisionedKey(key) }
        let chain = try Self.certificates(in: certificates)
        let privateKey = try privateKey(in: key)
        do throws(DeviceIdentityError) {
            return try DeviceIdentity(certificates: chain, key: privateKey)
        } catch {
            throw Failure(
                .usage, "\(certificates) and \(key) are no identity", seen: "\(error)",
                next: "give the whole chain, root first, and the private key of its last certificate")
        }
    }

    private static func provisionedKey(_ file: String) throws(Failure) -> ProvisionedKey {
        let key = try privateKey(in: file)
        do throws(DeviceIdentityError) { return try ProvisionedKey(key) } catch {
            throw Failure(.failed, "the public key of \(file) cannot be computed", seen: "\(error)")
        }
    }

    /// The key that both ends have: all bytes of a file. Throws ``Failure``.
    static func preSharedKey(_ file: String?, hint: [UInt8]?) throws(Failure) -> PreSharedKey? {
        guard let file else { return nil }
        let secret = try FileContents.readSecret(file)
        guard secret.count > 0 else {
            throw Failure(.usage, "\(file) is empty", next: "give a file whose bytes are the key")
        }
        return PreSharedKey(hint: hint ?? [], secret: secret)
    }

    /// A public key, as `SubjectPublicKeyInfo` in DER. Throws ``Failure``.
    static func publicKey(in file: String) throws(Failure) -> [UInt8] {
        let bytes = try FileContents.read(file)
        guard let der = PEM.der(bytes, "PUBLIC KEY"), (try? PublicKey(subjectPublicKeyInfo: der.span)) != nil else {
            throw Failure(
                .usage, "\(file) is no public key", next: "give a PEM or DER file, as openssl pkey -pubout writes it")
        }
        return der
    }

    private static func privateKey(in file: String) throws(Failure) -> PrivateKey {
        let bytes = try FileContents.readSecret(file)
        do throws(CryptoError) {
            return try PrivateKey(pemOrDER: bytes)
        } catch {
            throw Failure(
                .usage, "\(file) is no key", seen: error.description,
                next: "give a PEM or DER file that is not encrypted, as openssl pkey writes it")
        }
    }

    private static func certificates(in file: String) throws(Failure) -> [[UInt8]] {
        let bytes = try FileContents.read(file)
        do {
            let found =
                bytes.first == 0x30
                ? try CertificateChain.split(bytes.span) : try Certificate.encodings(inPEM: bytes.span)
            guard !found.isEmpty else { throw CertificateError(.trustedRoot, .encoding, "there is no certificate") }
            for encoding in found { _ = try Certificate(encoding) }
            return found
        } catch {
            throw Failure(.usage, "\(file): \(error)", next: "give a PEM or DER file of certificates")
        }
    }

    /// A name for a key: its text, or `hex:` and hexadecimal digits. Nil for digits that are none.
    static func hint(_ text: String) -> [UInt8]? {
        text.hasPrefix("hex:") ? bytes(hexadecimal: text.dropFirst(4)) : Array(text.utf8)
    }

    /// Reads hexadecimal digits; nil when there is anything else, or half a byte.
    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

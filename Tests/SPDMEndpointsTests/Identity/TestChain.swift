import OpenSSLCrypto
import SPDM
import SPDMEndpoints

/// A chain that is made for a test: a root, an authority below it and a leaf as devices have them, each changed as the
/// test wants.
struct TestChain {
    static let now: Int64 = 1_800_000_000
    static let pciName = PCIDeviceName(
        vendor: 0x1AF4, device: 0x1041, classCode: 0x02_0000, revision: 1,
        subsystem: .init(vendor: 0x1AF4, device: 0x1100))
    static let context = ChainContext(version: .v1_2, hash: .sha384, signature: .ecdsaP256)

    /// DMTF's extension with the identifier of hardware identity.
    static let hardwareIdentity = CertificateExtension(
        type: "1.3.6.1.4.1.412.274.6",
        value: [
            0x30, 0x0E, 0x30, 0x0C, 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0x1C, 0x82, 0x12, 0x02,
        ])

    var root = template("root", authority: true)
    var intermediate = template("intermediate", authority: true)
    var leaf = leafTemplate()
    var leafKeyType = KeyType.p256

    private static func template(_ name: String, authority: Bool) -> CertificateTemplate {
        CertificateTemplate(
            commonName: name, serialNumber: 1, notBefore: now - 1_000, notAfter: now + 1_000,
            basicConstraints: BasicConstraints(isAuthority: authority))
    }

    private static func leafTemplate() -> CertificateTemplate {
        var leaf = template("leaf", authority: false)
        leaf.keyUsage = .digitalSignature
        leaf.extendedKeyUsage = ["1.3.6.1.4.1.412.274.3"]
        leaf.otherNames = [name(pciName.description)]
        return leaf
    }

    /// A PCI name, or any text in its place.
    static func name(_ text: String, type: String = "2.23.147") -> OtherName {
        OtherName(type: type, value: [0x0C, UInt8(text.utf8.count)] + Array(text.utf8))
    }

    /// The certificates in DER, root first.
    func encodings() throws -> [[UInt8]] {
        let rootKey = try PrivateKey(generating: .p256)
        let key = try PrivateKey(generating: .p256)
        let root = try Certificate(root.selfSigned(by: rootKey, hash: .sha256))
        let intermediate = try Certificate(
            intermediate.issued(to: key.publicKey(), by: rootKey, issuer: root, hash: .sha256))
        let leafKey = try PrivateKey(generating: leafKeyType).publicKey()
        let leaf = try leaf.issued(to: leafKey, by: key, issuer: intermediate, hash: .sha256)
        return [root.encoding, intermediate.encoding, leaf]
    }
}

func digest(_ bytes: [UInt8], _ hash: HashAlgorithm = .sha384) throws -> [UInt8] { try hash.digest(of: bytes.span) }

/// A chain with its header, as CERTIFICATE carries it; the root hash is that of the first certificate, or of `root`.
func spdmChain(_ encodings: [[UInt8]], root: [UInt8]? = nil, hash: HashAlgorithm = .sha384) throws -> [UInt8] {
    let rootHash = try digest(root ?? encodings.first ?? [], hash)
    return try SPDMCertificateChain.encode(rootHash: rootHash, certificates: Array(encodings.joined()))
}

extension DeviceTrust {
    /// Why a chain is refused; nil when it is not.
    func refusal(
        _ chain: [UInt8], as context: ChainContext = TestChain.context, at time: Int64 = TestChain.now
    ) -> ChainRefusal? {
        do throws(ChainRefusal) {
            _ = try verify(chain, as: context, at: time)
            return nil
        } catch {
            return error
        }
    }

    /// Why certificates behind each other, with the right header, are refused.
    func refusal(of encodings: [[UInt8]], as context: ChainContext = TestChain.context) throws -> ChainRefusal? {
        refusal(try spdmChain(encodings), as: context)
    }

    /// Whoever has the first of these certificates as its root, and is the function of ``TestChain``.
    init(root encodings: [[UInt8]], deviations: Set<CertificateDeviation> = []) {
        self.init(.roots([encodings[0]]), pciName: TestChain.pciName, deviations: deviations)
    }
}

extension ChainRefusal {
    /// Whether it is about this field of this certificate.
    func isAbout(_ certificate: Int, _ field: Field) -> Bool {
        place == .certificate(certificate) && self.field == field
    }
}

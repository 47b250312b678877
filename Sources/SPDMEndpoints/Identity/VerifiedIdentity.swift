public import OpenSSLCrypto

/// Who a peer is, as far as it was verified. That it holds the key is for its signatures to show.
public struct VerifiedIdentity: Hashable, Sendable {
    /// The certificates, root's end first; empty when the peer's key was provisioned.
    public let certificates: [Certificate]
    /// The key that the peer signs with, as `SubjectPublicKeyInfo` in DER.
    public let subjectPublicKeyInfo: [UInt8]
    /// SHA-384 of ``subjectPublicKeyInfo``.
    public let keyDigest: [UInt8]
    /// SHA-384 of the root certificate; empty when the peer's key was provisioned.
    public let rootDigest: [UInt8]
    /// SHA-384 of the leaf certificate; empty when the peer's key was provisioned.
    public let leafDigest: [UInt8]
    /// The PCI function that the leaf names: the one that was expected, if one was.
    public let pciName: PCIDeviceName?
    /// Whether ``pciName`` was compared with what configuration space has.
    public let isPCINameCompared: Bool
    /// What the leaf says of the device.
    public let deviceInfo: DeviceInfo?
    /// Place of the certificate of the key that never changes.
    public let hardwareIdentity: Int?
    /// The deviations that it took to admit the chain, in the order of ``CertificateDeviation``.
    public let admitted: [CertificateDeviation]

    /// The certificate of the peer's key.
    public var leaf: Certificate? { certificates.last }

    /// Which device it is: the serial number of ``deviceInfo``, else that of the leaf, in hexadecimal; empty when
    /// nothing says it.
    public var serialNumber: String {
        deviceInfo?.serialNumber ?? leaf.map { hexadecimal($0.serialNumber) } ?? ""
    }

    /// The key that the peer signs with, ready for use. Throws ``CryptoError`` when OpenSSL has no memory left.
    public func publicKey() throws(CryptoError) -> PublicKey {
        try PublicKey(subjectPublicKeyInfo: subjectPublicKeyInfo.span)
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16) }
}

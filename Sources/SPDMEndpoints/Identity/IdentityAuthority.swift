public import OpenSSLCrypto
internal import Synchronization

/// What a certificate for an emulated device is to say.
public struct DeviceDescription: Hashable, Sendable {
    /// Maker, product and serial number.
    public var info: DeviceInfo
    /// The PCI function that it is for.
    public var pciName: PCIDeviceName
    /// The kind of its key.
    public var keyType: KeyType

    /// Creates a description.
    public init(_ info: DeviceInfo, pciName: PCIDeviceName, keyType: KeyType = .p384) {
        self.info = info
        self.pciName = pciName
        self.keyType = keyType
    }
}

/// The authorities of emulated devices: a root and an intermediate for each name, made when they are first needed, with
/// keys that nobody else has.
///
/// Devices under one name share them, so that whoever trusts a root trusts all of its devices. For emulation and tests
/// only: the keys live in the memory of this process.
public final class IdentityAuthority: Sendable {
    /// When certificates are valid, in seconds since 1970-01-01 UTC.
    public let validity: ClosedRange<Int64>
    private let hash: HashAlgorithm
    private let issuers = Mutex<[String: Issuer]>([:])

    /// From 2025-01-01 to 9999-12-31, which RFC 5280 4.1.2.5 takes for no end.
    public static let unlimited: ClosedRange<Int64> = 1_735_689_600...253_402_300_799

    /// Creates an authority that has no roots yet; `hash` is that of its signatures.
    public init(validity: ClosedRange<Int64> = IdentityAuthority.unlimited, hash: HashAlgorithm = .sha384) {
        self.validity = validity
        self.hash = hash
    }

    /// The certificate of the root with a name, in DER. Throws ``CryptoError`` when OpenSSL cannot make it, for example
    /// because the name has more than 64 characters.
    public func root(_ name: String) throws(CryptoError) -> [UInt8] { try issuer(name).root.encoding }

    /// A new key for a device, and its certificates under the root with a name.
    ///
    /// The leaf says what DMTF (DSP0274, 10.8.2) and the PCI-SIG (PCIe 6.1, 6.31.3) ask of a device certificate. It is
    /// valid as long as the root, unless `leafValidity` says otherwise. Throws ``DeviceIdentityError``.
    public func issue(
        _ device: DeviceDescription, under rootName: String, valid leafValidity: ClosedRange<Int64>? = nil
    ) throws(DeviceIdentityError) -> DeviceIdentity {
        let key = try DeviceIdentityError.crypto { () throws(CryptoError) in
            try PrivateKey(generating: device.keyType)
        }
        let certificates = try DeviceIdentityError.crypto { () throws(CryptoError) in
            let issuer = try issuer(rootName)
            let leaf = try leafTemplate(device, leafValidity ?? validity).issued(
                to: key.publicKey(), by: issuer.key, issuer: issuer.intermediate, hash: hash)
            return [issuer.root.encoding, issuer.intermediate.encoding, leaf]
        }
        return try DeviceIdentity(certificates: certificates, key: key)
    }

    private func issuer(_ name: String) throws(CryptoError) -> Issuer {
        try issuers.withLock { issuers throws(CryptoError) in
            if let issuer = issuers[name] { return issuer }
            let issuer = try Issuer(name, validity, hash)
            issuers[name] = issuer
            return issuer
        }
    }

    private func leafTemplate(
        _ device: DeviceDescription, _ validity: ClosedRange<Int64>
    ) throws(CryptoError) -> CertificateTemplate {
        var template = try CertificateTemplate.fresh(
            device.info.serialNumber, validity, BasicConstraints(isAuthority: false))
        template.keyUsage = .digitalSignature
        template.extendedKeyUsage = [SPDMObjectIdentifier.responderAuthentication]
        template.otherNames = [
            try OtherName(type: SPDMObjectIdentifier.deviceInfo, text: device.info.description),
            try OtherName(type: SPDMObjectIdentifier.pciName, text: device.pciName.description),
        ]
        template.extensions = [.hardwareIdentity]
        return template
    }
}

/// A root and what it signed to sign devices. The root's key is not kept.
private final class Issuer: Sendable {
    let root: Certificate
    let intermediate: Certificate
    let key: PrivateKey

    init(_ name: String, _ validity: ClosedRange<Int64>, _ hash: HashAlgorithm) throws(CryptoError) {
        var rootTemplate = try CertificateTemplate.fresh(name, validity, BasicConstraints(isAuthority: true))
        rootTemplate.keyUsage = [.keyCertSign, .cRLSign]
        var template = try CertificateTemplate.fresh(
            "\(name) 1", validity, BasicConstraints(isAuthority: true, pathLength: 0))
        template.keyUsage = [.keyCertSign, .cRLSign]
        let rootKey = try PrivateKey(generating: .p384)
        let key = try PrivateKey(generating: .p384)
        let root = try Self.read(try rootTemplate.selfSigned(by: rootKey, hash: hash))
        let subject = try key.publicKey()
        intermediate = try Self.read(try template.issued(to: subject, by: rootKey, issuer: root, hash: hash))
        self.root = root
        self.key = key
    }

    private static func read(_ encoding: [UInt8]) throws(CryptoError) -> Certificate {
        do throws(CertificateError) {
            return try Certificate(encoding)
        } catch {
            throw CryptoError(operation: "certificate issuing", reasons: [error.description])
        }
    }
}

extension CertificateTemplate {
    /// A template with a random number.
    fileprivate static func fresh(
        _ name: String, _ validity: ClosedRange<Int64>, _ constraints: BasicConstraints
    ) throws(CryptoError) -> CertificateTemplate {
        let number = try SecureRandom.bytes(count: 8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return CertificateTemplate(
            commonName: name, serialNumber: number >> 1 | 1, notBefore: validity.lowerBound,
            notAfter: validity.upperBound, basicConstraints: constraints)
    }
}

extension CertificateExtension {
    /// DMTF's extension that says: this is the certificate of the key that never changes. A sequence of one sequence of
    /// one object identifier.
    fileprivate static let hardwareIdentity = CertificateExtension(
        type: SPDMObjectIdentifier.spdmExtension,
        value: [
            0x30, 0x0E, 0x30, 0x0C, 0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0x1C, 0x82, 0x12, 0x02,
        ])
}

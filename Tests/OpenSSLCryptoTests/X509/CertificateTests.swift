import OpenSSLCrypto
import Testing

/// The certificates of a sample chain of libspdm, root to leaf, each in DER.
func sampleChain(_ name: String) throws -> [[UInt8]] {
    let bytes = try vector("libspdm/\(name)/bundle_responder.certchain.der")
    return try CertificateChain.split(bytes.span)
}

@Suite struct `Certificate reading` {
    @Test func `one in BER is refused, as it would have other digests`() throws {
        let leaf = try sampleChain("ecp384")[2]
        // 30 82 hh ll becomes 30 83 00 hh ll.
        let long = [0x30, 0x83, 0x00] + leaf[2...]
        #expect(leaf[..<2] == [0x30, 0x82])
        #expect(throws: CertificateError(.chain(0), .encoding, "not in DER")) { try Certificate(Array(long)) }
    }

    @Test func `everything a sample leaf says is read`() throws {
        let leaf = try Certificate(sampleChain("ecp384")[2])
        #expect(leaf.subject == "CN=DMTF libspdm ECP384 responder cert")
        #expect(leaf.issuer == "CN=DMTF libspdm ECP384 intermediate cert")
        #expect(leaf.version == 3)
        #expect(leaf.serialNumber == [3])
        // 2023-09-12 07:11:33 and 2033-09-09 07:11:33 UTC.
        #expect(leaf.notBefore == 1_694_502_693)
        #expect(leaf.notAfter == 2_009_862_693)
        #expect(leaf.basicConstraints == BasicConstraints(isAuthority: false))
        #expect(leaf.keyUsage == [.digitalSignature, .nonRepudiation, .keyEncipherment])
        #expect(leaf.extendedKeyUsage == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.9"])
        #expect(leaf.otherNames.map(\.type) == ["1.3.6.1.4.1.412.274.1"])
        #expect(leaf.otherNames.map(\.text) == ["ACME:WIDGET:1234567890"])
        #expect(
            leaf.extensions.map(\.type) == [
                "2.5.29.19", "2.5.29.15", "2.5.29.14", "2.5.29.17", "2.5.29.37", "1.3.6.1.4.1.412.274.6",
            ])
        #expect(leaf.extensions.map(\.isCritical) == [true, false, false, false, true, false])
        let key = try PublicKey(subjectPublicKeyInfo: leaf.subjectPublicKeyInfo.span)
        let type = key.type
        #expect(type == .p384)
    }

    @Test func `a sample root is an authority that says nothing of its key's use`() throws {
        let root = try Certificate(vector("libspdm/ecp384/ca.cert.der"))
        #expect(root.subject == root.issuer)
        #expect(root.serialNumber == bytes(hex: "2141dd4eecf81962242e7ed6ae64cb295dc49051"))
        #expect(root.basicConstraints == BasicConstraints(isAuthority: true))
        #expect(root.keyUsage == nil)
        #expect(root.extendedKeyUsage == [])
        #expect(root.otherNames == [])
    }

    @Test func `a certificate cut short at any byte, or with one behind it, is refused as encoding`() throws {
        let leaf = try sampleChain("ecp256")[2]
        for count in leaf.indices {
            let failure = #expect(throws: CertificateError.self, "\(count) bytes") {
                _ = try Certificate(Array(leaf.prefix(count)))
            }
            #expect(failure?.field == .encoding)
            #expect(failure?.place == .chain(0))
        }
        let failure = #expect(throws: CertificateError.self) { _ = try Certificate(leaf + [0]) }
        #expect(failure?.description == "certificate 0, encoding: 1 bytes behind the certificate")
    }

    @Test func `a changed byte is read as it stands, or refused with a reason`() throws {
        let leaf = try sampleChain("ecp256")[2]
        var refused = 0
        for index in leaf.indices {
            var changed = leaf
            changed[index] ^= 0x80
            switch Result(catching: { () throws(CertificateError) in try Certificate(changed) }) {
            case .success(let read): #expect(read.encoding == changed)
            case .failure(let error):
                refused += 1
                #expect(!error.reason.isEmpty)
            }
        }
        #expect(refused > 0)
    }

    @Test func `an extension that stands there twice is refused`() throws {
        var template = CertificateTemplate(
            commonName: "twice", serialNumber: 1, notBefore: 0, notAfter: 10,
            basicConstraints: BasicConstraints(isAuthority: false))
        // A second basic constraints, of an authority.
        template.extensions = [CertificateExtension(type: "2.5.29.19", value: [0x30, 0x03, 0x01, 0x01, 0xFF])]
        let key = try PrivateKey(generating: .p256)
        let encoding = try template.selfSigned(by: key, hash: .sha256)
        let failure = #expect(throws: CertificateError.self) { _ = try Certificate(encoding) }
        #expect(failure?.field == .extensions)
    }

    @Test func `a name in another form than text has no text`() throws {
        #expect(OtherName(type: "2.23.147", value: [0x0C, 0x01, 0x41]).text == "A")
        for value: [UInt8] in [
            [], [0x0C, 0x02, 0x41], [0x0C, 0x01, 0x41, 0x00], [0x0C, 0x01, 0xFF], [0x04, 0x01, 0x41],
        ] {
            #expect(OtherName(type: "2.23.147", value: value).text == nil)
        }
    }
}

@Suite struct `Certificate template` {
    private static let identity = "Vendor=1234:Device=5678:CC=020000:REV=01:SSVID=9abc:SSID=def0"

    private func template(authority: Bool) -> CertificateTemplate {
        CertificateTemplate(
            commonName: "Emulated, \u{fc}ber alles", serialNumber: 0x0102_0304_0506_0708, notBefore: 1_000_000_000,
            notAfter: 4_000_000_000,
            basicConstraints: BasicConstraints(isAuthority: authority, pathLength: authority ? 2 : nil))
    }

    @Test(arguments: [KeyType.p256, .p384, .p521, .rsa2048]) func `a root says what its template said`(type: KeyType)
        throws
    {
        let key = try PrivateKey(generating: type)
        var template = template(authority: true)
        template.keyUsage = [.keyCertSign, .cRLSign]
        let root = try Certificate(template.selfSigned(by: key, hash: .sha384))
        #expect(root.subject == #"CN=Emulated\, \C3\BCber alles"#)
        #expect(root.issuer == root.subject)
        #expect(root.serialNumber == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(root.notBefore == 1_000_000_000)
        #expect(root.notAfter == 4_000_000_000)
        #expect(root.basicConstraints == template.basicConstraints)
        #expect(root.keyUsage == template.keyUsage)
        let publicKey = try key.publicKey().subjectPublicKeyInfo
        #expect(root.subjectPublicKeyInfo == publicKey)
        let chain = try CertificateChain(
            verifying: [root.encoding], trusting: .roots([root.encoding]), at: root.notBefore)
        #expect(chain.leaf == root)
    }

    @Test func `a leaf carries a PCI device's name, purposes and extensions of its own`() throws {
        let rootKey = try PrivateKey(generating: .p384)
        let leafKey = try PrivateKey(generating: .p256).publicKey()
        let root = try Certificate(template(authority: true).selfSigned(by: rootKey, hash: .sha384))
        var template = template(authority: false)
        template.keyUsage = [.digitalSignature, .decipherOnly, .keyAgreement]
        template.extendedKeyUsage = ["1.3.6.1.4.1.412.274.3", "1.3.6.1.4.1.412.274.4"]
        template.otherNames = [
            try OtherName(type: "2.23.147", text: Self.identity),
            OtherName(type: "1.3.6.1.4.1.412.274.1", value: [0x04, 0x02, 0xAA, 0xBB]),
        ]
        template.extensions = [
            CertificateExtension(type: "1.3.6.1.4.1.412.274.6", value: [0x30, 0x00]),
            CertificateExtension(type: "2.23.133.5.4.1", isCritical: true, value: [0x05, 0x00]),
        ]
        let leaf = try Certificate(
            template.issued(to: leafKey, by: rootKey, issuer: root, hash: .sha384))
        #expect(leaf.issuer == root.subject)
        #expect(leaf.basicConstraints == BasicConstraints(isAuthority: false))
        #expect(leaf.keyUsage == template.keyUsage)
        #expect(leaf.extendedKeyUsage == template.extendedKeyUsage)
        #expect(leaf.otherNames == template.otherNames)
        #expect(leaf.otherNames.first?.text == Self.identity)
        #expect(Array(leaf.extensions.suffix(2)) == template.extensions)
    }

    @Test func `values that are none are refused`() throws {
        let key = try PrivateKey(generating: .p256)
        var purposes = template(authority: false)
        purposes.extendedKeyUsage = ["not an identifier"]
        var names = template(authority: false)
        names.otherNames = [OtherName(type: "2.23.147", value: [0x0C, 0x05])]
        var named = template(authority: false)
        named.otherNames = [OtherName(type: "no.number", value: [0x0C, 0x00])]
        var extensions = template(authority: false)
        extensions.extensions = [CertificateExtension(type: "no.number", value: [0x05, 0x00])]
        for template in [purposes, names, named, extensions] {
            let failure = #expect(throws: CryptoError.self) { _ = try template.selfSigned(by: key, hash: .sha256) }
            #expect(failure?.operation.hasPrefix("certificate issuing") == true)
        }
    }
}

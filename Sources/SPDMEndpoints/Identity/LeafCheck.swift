internal import OpenSSLCrypto
internal import SPDM

/// What is asked of the leaf of a chain whose path is verified already, beyond RFC 5280.
struct LeafCheck {
    private let certificates: [Certificate]
    private let leaf: Certificate
    private let place: ChainRefusal.Place
    private let context: ChainContext
    private let trust: DeviceTrust

    /// What was found out.
    private(set) var admitted: Set<CertificateDeviation> = []
    private(set) var pciName: PCIDeviceName?
    private(set) var isPCINameCompared = false
    private(set) var deviceInfo: DeviceInfo?
    private(set) var hardwareIdentity: Int?

    init(_ chain: CertificateChain, _ context: ChainContext, _ trust: DeviceTrust) {
        certificates = chain.certificates
        leaf = chain.leaf
        place = .certificate(chain.certificates.count - 1)
        self.context = context
        self.trust = trust
    }

    mutating func run() throws(ChainRefusal) {
        try checkForm()
        try checkKey()
        try checkPurpose()
        try checkHardwareIdentity()
        try checkDeviceInfo()
        try checkPCIName()
    }

    /// Refuses, unless the deviation is allowed.
    private mutating func admit(
        _ deviation: CertificateDeviation, _ field: ChainRefusal.Field, seen: String, expected: String
    ) throws(ChainRefusal) {
        guard trust.deviations.contains(deviation) else {
            throw ChainRefusal(place, field, seen: seen, expected: expected, deviation: deviation)
        }
        admitted.insert(deviation)
    }

    private mutating func checkForm() throws(ChainRefusal) {
        guard leaf.version == 3 else {
            throw ChainRefusal(place, .version, seen: "\(leaf.version)", expected: "3")
        }
        guard leaf.subject != leaf.issuer else {
            throw ChainRefusal(place, .certificate(.issuer), seen: "itself", expected: "an authority")
        }
        if let constraints = leaf.basicConstraints {
            guard !constraints.isAuthority else {
                throw ChainRefusal(
                    place, .certificate(.basicConstraints), seen: "an authority", expected: "no authority")
            }
        } else if context.version >= .v1_3 {
            try admit(
                .noBasicConstraints, .certificate(.basicConstraints), seen: "none", expected: "no authority")
        }
    }

    private mutating func checkKey() throws(ChainRefusal) {
        try DeviceTrust.checkType(of: leaf.subjectPublicKeyInfo, context, place)
        if let known = trust.provisionedKey, known != leaf.subjectPublicKeyInfo {
            throw ChainRefusal(
                place, .certificate(.publicKey), seen: "another key", expected: "the key that was provisioned")
        }
        guard let usage = leaf.keyUsage else {
            try admit(.noKeyUsage, .certificate(.keyUsage), seen: "none", expected: "digitalSignature")
            return
        }
        guard usage.contains(.digitalSignature) else {
            throw ChainRefusal(
                place, .certificate(.keyUsage), seen: "not for signatures", expected: "digitalSignature")
        }
    }

    private mutating func checkPurpose() throws(ChainRefusal) {
        let needed =
            switch context.signer {
            case .responder: SPDMObjectIdentifier.responderAuthentication
            case .requester: SPDMObjectIdentifier.requesterAuthentication
            }
        guard !leaf.extendedKeyUsage.isEmpty, !leaf.extendedKeyUsage.contains(needed) else { return }
        try admit(
            .noSPDMPurpose, .extendedKeyUsage, seen: leaf.extendedKeyUsage.joined(separator: ", "), expected: needed)
    }

    private mutating func checkHardwareIdentity() throws(ChainRefusal) {
        var marked: [Int] = []
        for (index, certificate) in certificates.enumerated() {
            guard let isMarked = certificate.hasHardwareIdentity else {
                throw ChainRefusal(
                    .certificate(index), .hardwareIdentity, seen: "an SPDM extension of another form",
                    expected: "a list of object identifiers")
            }
            if isMarked { marked.append(index) }
        }
        guard marked.count <= 1 else {
            throw ChainRefusal(
                .certificate(marked[1]), .hardwareIdentity, seen: "marked, and certificate \(marked[0]) as well",
                expected: "one at most")
        }
        hardwareIdentity = marked.first
        if context.signer == .responder(isAlias: true), hardwareIdentity == certificates.count - 1 {
            throw ChainRefusal(place, .hardwareIdentity, seen: "marked", expected: "an alias certificate")
        }
    }

    /// The device information may be left out; what is there must be readable.
    private mutating func checkDeviceInfo() throws(ChainRefusal) {
        for name in leaf.otherNames where name.type == SPDMObjectIdentifier.deviceInfo {
            guard let info = name.text.flatMap(DeviceInfo.init) else {
                throw ChainRefusal(
                    place, .deviceInfo, seen: name.text.map(quoted) ?? "no text",
                    expected: "manufacturer:product:serial number")
            }
            deviceInfo = deviceInfo ?? info
        }
    }

    /// A certificate may name several functions of a device; one of them is the function.
    private mutating func checkPCIName() throws(ChainRefusal) {
        guard case .responder = context.signer else { return }
        let texts = leaf.otherNames.filter { $0.type == SPDMObjectIdentifier.pciName }.map(\.text)
        guard !texts.isEmpty else {
            let expected = trust.pciName?.description ?? "a name of the function"
            return try admit(.noPCIName, .pciName(part: nil), seen: "none", expected: expected)
        }
        var names: [PCIDeviceName] = []
        for text in texts {
            guard let name = text.flatMap(PCIDeviceName.init) else {
                throw ChainRefusal(
                    place, .pciName(part: nil), seen: text.map(quoted) ?? "no text",
                    expected: "Vendor=...:Device=...:CC=...:REV=...")
            }
            names.append(name)
        }
        guard let expected = trust.pciName else {
            pciName = names.first
            return
        }
        let closest = names.map { ($0, $0.differences(from: expected)) }.min { $0.1.count < $1.1.count }
        if let (name, differences) = closest, let field = differences.first {
            throw ChainRefusal(
                place, .pciName(part: field.rawValue), seen: name.digits(field) ?? "none",
                expected: expected.digits(field) ?? "none")
        }
        pciName = expected
        isPCINameCompared = true
    }
}

extension Certificate {
    /// Whether it is marked as that of the key that never changes: in DMTF's extension, or by one of its own. Nil when
    /// DMTF's extension cannot be read.
    fileprivate var hasHardwareIdentity: Bool? {
        var types = extensions.map(\.type)
        for item in extensions where item.type == SPDMObjectIdentifier.spdmExtension {
            guard let identifiers = item.leadingIdentifiers else { return nil }
            types += identifiers
        }
        return types.contains(SPDMObjectIdentifier.hardwareIdentity)
    }
}

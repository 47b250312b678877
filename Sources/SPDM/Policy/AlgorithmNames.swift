/// The names of bits, joined; bits without a name as one hexadecimal number; `none` for no bit.
private func joined<Names: OptionSet>(_ set: Names, _ names: [(Names, String)]) -> String
where Names.Element == Names, Names.RawValue: FixedWidthInteger {
    var rest = set
    var found: [String] = []
    for (bit, name) in names where set.contains(bit) {
        found.append(name)
        rest.subtract(bit)
    }
    if !rest.isEmpty { found.append("0x" + String(rest.rawValue, radix: 16)) }
    return found.isEmpty ? "none" : found.joined(separator: ", ")
}

extension BaseHashAlgorithms: CustomStringConvertible {
    /// The functions by name, for example `SHA-384`.
    public var description: String {
        joined(self, [(.sha256, "SHA-256"), (.sha384, "SHA-384"), (.sha512, "SHA-512")])
    }
}

extension BaseAsymmetricAlgorithms: CustomStringConvertible {
    /// The algorithms by name, for example `ECDSA-P384`.
    public var description: String {
        joined(
            self,
            [
                (.ecdsaP256, "ECDSA-P256"), (.ecdsaP384, "ECDSA-P384"), (.ecdsaP521, "ECDSA-P521"),
                (.rsassa2048, "RSASSA-2048"), (.rsassa3072, "RSASSA-3072"), (.rsassa4096, "RSASSA-4096"),
                (.rsapss2048, "RSAPSS-2048"), (.rsapss3072, "RSAPSS-3072"), (.rsapss4096, "RSAPSS-4096"),
            ])
    }
}

extension ExchangeGroups: CustomStringConvertible {
    /// The groups by name, for example `secp384r1`.
    public var description: String {
        joined(
            self,
            [
                (.secp256r1, "secp256r1"), (.secp384r1, "secp384r1"), (.secp521r1, "secp521r1"),
                (.ffdhe2048, "ffdhe2048"), (.ffdhe3072, "ffdhe3072"), (.ffdhe4096, "ffdhe4096"),
            ])
    }
}

extension AEADSuites: CustomStringConvertible {
    /// The suites by name, for example `AES-256-GCM`.
    public var description: String {
        joined(
            self,
            [
                (.aes128GCM, "AES-128-GCM"), (.aes256GCM, "AES-256-GCM"), (.chaCha20Poly1305, "ChaCha20-Poly1305"),
            ])
    }
}

extension KeySchedules: CustomStringConvertible {
    /// The schedules by name.
    public var description: String { joined(self, [(.spdm, "SPDM")]) }
}

extension MeasurementHashAlgorithms: CustomStringConvertible {
    /// The functions by name, for example `SHA-384`.
    public var description: String {
        joined(
            self, [(.rawOnly, "raw only"), (.sha256, "SHA-256"), (.sha384, "SHA-384"), (.sha512, "SHA-512")])
    }
}

extension MeasurementSpecifications: CustomStringConvertible {
    /// The specifications by name.
    public var description: String { joined(self, [(.dmtf, "DMTF")]) }
}

extension OtherParameters: CustomStringConvertible {
    /// The parameters by name.
    public var description: String {
        joined(
            self,
            [
                (.opaqueFormat0, "opaque data format 0"), (.opaqueFormat1, "opaque data format 1"),
                (.multiKey, "several keys"),
            ])
    }
}

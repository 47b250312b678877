import OpenSSLCrypto
import Testing

@Suite struct `Certificates in PEM` {
    /// A block of PEM; lines of any length are read.
    private func block(_ encoding: [UInt8], _ label: String = "CERTIFICATE") -> String {
        let lines = stride(from: 0, to: encoding.count, by: 48).map { start in
            base64(encoding[start..<min(start + 48, encoding.count)])
        }
        return "-----BEGIN \(label)-----\n" + lines.joined(separator: "\n") + "\n-----END \(label)-----\n"
    }

    private func base64(_ bytes: ArraySlice<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.endIndex)])
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
            }
        }
        return text
    }

    private func encodings(_ text: String) throws(CryptoError) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        return try Certificate.encodings(inPEM: bytes.span)
    }

    @Test func `are read in their order, with whatever else stands between them`() throws {
        let chain = try sampleChain("ecp384")
        let text = "a comment\n" + block(chain[0]) + block([1, 2, 3], "PRIVATE KEY") + "\n" + block(chain[2])
        #expect(try encodings(text) == [chain[0], chain[2]])
    }

    @Test func `that are none, cut short or no certificates are refused`() throws {
        let root = try sampleChain("ecp384")[0]
        let whole = block(root)
        for text in ["", "nothing", block([1, 2, 3]), String(whole.dropLast(30)), whole + block([0x30, 0x00])] {
            let failure = #expect(throws: CryptoError.self, "\(text.prefix(40))") { _ = try encodings(text) }
            #expect(failure?.operation == "PEM decoding")
        }
    }
}

@Suite struct `Identifiers in an extension` {
    private func identifiers(_ value: [UInt8]) -> [String]? {
        CertificateExtension(type: "1.2.3", value: value).leadingIdentifiers
    }

    @Test func `are the first of each element, in a sample leaf and beside other values`() throws {
        let leaf = try Certificate(sampleChain("ecp384")[2])
        #expect(leaf.extensions.last?.leadingIdentifiers == ["1.3.6.1.4.1.412.274.2"])
        #expect(identifiers([0x30, 0x00]) == [])
        #expect(
            identifiers([
                0x30, 0x0F, 0x30, 0x04, 0x06, 0x02, 0x2A, 0x03, 0x30, 0x07, 0x06, 0x02, 0x2A, 0x04, 0x04, 0x01, 0xFF,
            ]) == ["1.2.3", "1.2.4"])
    }

    @Test(
        arguments: [
            [], [0x30], [0x05, 0x00], [0x30, 0x02, 0x05, 0x00], [0x30, 0x02, 0x30, 0x00], [0x30, 0x00, 0x00],
            [0x30, 0x04, 0x30, 0x02, 0x05, 0x00], [0x30, 0x06, 0x30, 0x04, 0x06, 0x03, 0x2A, 0x03],
            [0x31, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2A, 0x03],
        ] as [[UInt8]]) func `are not read from a value of another form`(value: [UInt8])
    {
        #expect(identifiers(value) == nil)
    }
}

internal import OpenSSLCrypto

/// Certificates behind each other. Where they are split, all bytes stay; each is read or refused on one line; and they are
/// verified under the roots of the recorded runs only if they are certificates of those runs, as nobody else has the
/// keys.
func fuzzCertificates(_ input: [UInt8]) throws(BrokenInvariant) {
    guard
        let encodings = try reading({ () throws(CertificateError) in
            try CertificateChain.split(input.span, limit: 16)
        })
    else { return }
    try require(encodings.joined().elementsEqual(input), "splitting lost bytes")
    for encoding in encodings {
        guard let read = try reading({ () throws(CertificateError) in try Certificate(encoding) }) else { continue }
        for name in [read.subject, read.issuer] {
            try require(name.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(name.debugDescription) is not shown")
        }
        for name in read.otherNames { _ = name.text }
        _ = try? PublicKey(subjectPublicKeyInfo: read.subjectPublicKeyInfo.span)
    }
    // Verification takes its time, and longer chains are refused for what makes them longer.
    guard let first = encodings.first, encodings.count <= 4 else { return }
    let recorded = try RecordedCertificates.all.get()
    if let chain = try verified(encodings, .roots(recorded.filter(RecordedCertificates.isRoot))) {
        try require(chain.certificates.allSatisfy { recorded.contains($0.encoding) }, "a chain that nobody signed")
        try require(chain.leaf.encoding == encodings.last, "another leaf")
    }
    if let digest = try? HashAlgorithm.sha384.digest(of: first.span) {
        _ = try verified(encodings, .rootDigest(digest, .sha384))
    }
}

private func verified(_ encodings: [[UInt8]], _ anchor: TrustAnchor) throws(BrokenInvariant) -> CertificateChain? {
    try reading(count: encodings.count) { () throws(CertificateError) in
        try CertificateChain(verifying: encodings, trusting: anchor, at: RecordedCertificates.time)
    }
}

/// What `body` reads; nil when it throws, which must be one line about one of the certificates.
private func reading<Value>(
    count: Int = .max, _ body: () throws(CertificateError) -> Value
) throws(BrokenInvariant) -> Value? {
    do throws(CertificateError) {
        return try body()
    } catch {
        try requireOneLine(error.description)
        if case .chain(let index) = error.place { try require((0..<count).contains(index), "there is no \(index)") }
        return nil
    }
}

/// A text of PEM: what is in it is certificates, or there is one line that says why it is not.
func fuzzPEM(_ input: [UInt8]) throws(BrokenInvariant) {
    let encodings: [[UInt8]]
    do throws(CryptoError) {
        encodings = try Certificate.encodings(inPEM: input.span)
    } catch {
        return try requireOneLine(error.description)
    }
    try require(!encodings.isEmpty, "no certificate, and no error")
    let all = Array(encodings.joined())
    let split = try reading { () throws(CertificateError) in try CertificateChain.split(all.span) }
    try require(split == encodings, "what was read is no certificates")
}

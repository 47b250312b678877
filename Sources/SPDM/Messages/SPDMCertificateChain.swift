public import WireBytes

/// A certificate chain as CERTIFICATE carries it and as its digest counts it (DSP0274, 10.6.1).
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 2 | Length of all of it |
/// | 2 | 2 | reserved |
/// | 4 | H | digest of the root certificate |
/// | 4+H | n | certificates in DER, from the root or the one it signed to the leaf |
///
/// Names places in the bytes it was read from and copies nothing.
public struct SPDMCertificateChain: Hashable, Sendable {
    /// Where the digest of the root certificate stands.
    public var rootHash: Range<Int>
    /// Where the certificates stand.
    public var certificates: Range<Int>

    /// Opens a chain whose digests have `hashSize` bytes.
    ///
    /// Throws ``WireError`` `truncated`, or `lengthMismatch` when Length is not the number of bytes.
    public static func decode(_ bytes: Span<UInt8>, hashSize: Int) throws(WireError) -> SPDMCertificateChain {
        var cursor = WireCursor(bytes)
        let length = try cursor.uint16(bytes, "Length")
        try cursor.skip(2, "reserved")
        let rootHash = try cursor.range(hashSize, "RootHash")
        guard Int(length) == bytes.count else { throw WireError(.lengthMismatch, at: 0, in: "Length") }
        return SPDMCertificateChain(
            rootHash: rootHash, certificates: try cursor.range(cursor.remaining, "Certificates"))
    }

    /// Puts certificates, root first, behind the digest of their root.
    ///
    /// Throws ``WireError`` `lengthMismatch` when the chain is longer than 65,535 bytes.
    public static func encode(rootHash: [UInt8], certificates: [UInt8]) throws(WireError) -> [UInt8] {
        guard let length = UInt16(exactly: 4 + rootHash.count + certificates.count) else {
            throw WireError(.lengthMismatch, at: 0, in: "Length")
        }
        var writer = WireWriter(capacity: Int(length))
        writer.uint16(length)
        writer.zeros(2)
        writer.append(rootHash)
        writer.append(certificates)
        return writer.bytes
    }
}

internal import SPDM
internal import WireBytes

extension Script {
    /// Negotiated sizes: hash, signature, requester's signature and exchange data in a byte each, in units of four bytes,
    /// and a byte whose low bits say whether the handshake is in the clear and whether there are several keys.
    mutating func sizes() -> NegotiatedSizes {
        func size() -> Int { 4 * Int(byte() ?? 0) }
        var sizes = NegotiatedSizes(hash: size(), signature: size(), requesterSignature: size(), exchange: size())
        let flags = byte() ?? 0
        sizes.handshakeInTheClear = flags & 1 == 1
        sizes.multiKey = flags & 2 == 2
        return sizes
    }
}

/// The input is the version and opaque data, which are written as they were read; so are the versions of secured
/// messages in them.
func fuzzOpaqueData(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let version = input.first.map(SPDMVersion.init) else { return }
    let bytes = input.dropFirst()
    let read = try accepted(Array(bytes)) { _ throws(WireError) in try OpaqueData.decode(bytes, version: version) }
    guard let read else { return }
    try requireSame(read.encoded(version: version), as: bytes)
    for element in read.elements {
        let read = try accepted(Array(element.data)) { _ throws(WireError) in try SecuredMessageVersions.decode(element)
        }
        guard let versions = read ?? nil else { continue }
        try require(versions.element.data == element.data, "\(versions) changed in writing")
    }
}

/// The input is the number of blocks and the record of MEASUREMENTS. Blocks that are accepted are written as they were
/// read.
func fuzzMeasurementRecord(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let count = input.first else { return }
    let record = input.dropFirst()
    let message = Measurements(blockCount: count, record: record, nonce: Nonce(InlineArray(repeating: 0)))
    guard let blocks = try accepted(Array(record), { _ throws(WireError) in try message.blocks() }) else { return }
    try require(blocks.count == Int(count), "\(blocks.count) blocks of \(count)")
    try require(blocks.flatMap { $0.encoded() }.elementsEqual(record), "the blocks changed in writing")
}

/// The input is the size of a digest and a certificate chain with its header, which is written as it was read.
func fuzzSPDMCertificateChain(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let hashSize = input.first.map(Int.init) else { return }
    let bytes = Array(input.dropFirst())
    let read = try accepted(bytes) { span throws(WireError) in
        try SPDMCertificateChain.decode(span, hashSize: hashSize)
    }
    guard let read else { return }
    try require(read.rootHash == 4..<4 + hashSize, "the digest of the root is at \(read.rootHash)")
    try require(read.certificates == read.rootHash.upperBound..<bytes.count, "certificates at \(read.certificates)")
    let written = try encoded { () throws(WireError) in
        try SPDMCertificateChain.encode(
            rootHash: Array(bytes[read.rootHash]), certificates: Array(bytes[read.certificates]))
    }
    try requireSame(written, as: bytes[...])
}

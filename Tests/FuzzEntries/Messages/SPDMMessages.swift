internal import SPDM
internal import WireBytes

/// The input is the negotiated sizes (``Script/sizes()``) and a request. One that is accepted is written as it was read,
/// and is whole without what followed it.
func fuzzSPDMRequest(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    let sizes = script.sizes()
    let bytes = script.rest()
    guard let read = try readRequest(bytes, sizes) else { return }
    try require(read.request.code.rawValue == bytes[1], "\(read.request) has another code")
    try require(
        try readRequest(Array(bytes[..<read.length]), sizes)?.request == read.request, "a longer request than it says")
    let written = read.request.encoded(version: SPDMVersion(rawValue: bytes[0]))
    try checkWritten(written, bytes[..<read.length])
    let again = try readRequest(written, sizes)
    try require(
        again?.request == read.request && again?.length == written.count, "\(read.request) changed in writing")
}

/// The input is the negotiated sizes, a request (``Script/longMessage()``) and the response to it. One that is accepted
/// is written as it was read, and is whole without what followed it.
func fuzzSPDMResponse(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    let sizes = script.sizes()
    guard let request = try readRequest(script.longMessage(), sizes)?.request else { return }
    let bytes = script.rest()
    guard let read = try readResponse(bytes, request, sizes) else { return }
    try require(
        try readResponse(Array(bytes[..<read.length]), request, sizes)?.response == read.response,
        "a longer response than it says")
    let written = read.response.encoded(version: SPDMVersion(rawValue: bytes[0]))
    try checkWritten(written, bytes[..<read.length])
    let again = try readResponse(written, request, sizes)
    try require(
        again?.response == read.response && again?.length == written.count, "\(read.response) changed in writing")
    if case .digests(let digests) = read.response { try checkDigests(digests, sizes) }
}

private func readRequest(
    _ bytes: [UInt8], _ sizes: NegotiatedSizes
) throws(BrokenInvariant) -> (request: SPDMRequest, length: Int)? {
    try accepted(bytes) { span throws(WireError) in try SPDMRequest.decode(span, sizes: sizes) }
}

private func readResponse(
    _ bytes: [UInt8], _ request: SPDMRequest, _ sizes: NegotiatedSizes
) throws(BrokenInvariant) -> (response: SPDMResponse, length: Int)? {
    try accepted(bytes) { span throws(WireError) in
        try SPDMResponse.decode(span, answering: request, sizes: sizes)
    }
}

/// GET_VERSION and VERSION are always written as of version 1.0; of algorithms, those not known are not written again.
private func checkWritten(_ written: [UInt8], _ read: ArraySlice<UInt8>) throws(BrokenInvariant) {
    switch MessageCode(rawValue: written[1] | 0x80) {
    case .getVersion: try requireSame(Array(written.dropFirst()), as: read.dropFirst())
    case .negotiateAlgorithms where written.count < read.count: break
    default: try requireSame(written, as: read)
    }
}

private func checkDigests(_ digests: Digests, _ sizes: NegotiatedSizes) throws(BrokenInvariant) {
    let found = (0...UInt8.max).compactMap(digests.digest)
    try require(found.allSatisfy { $0.count == sizes.hash }, "a digest of another length")
    try require(found.joined().elementsEqual(digests.digests), "digests that no slot has")
}

/// What is inside an envelope that is accepted lies within it, and comes out of a new one unchanged.
func fuzzVendorDefined(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let envelope = try readEnvelope(input) else { return }
    try require(envelope.payload == VendorDefined.headerSize..<input.count, "\(envelope.payload) of \(input.count)")
    let written: [UInt8]
    do throws(WireError) {
        written = try VendorDefined.encode(
            envelope.kind, version: envelope.version, protocolID: envelope.protocolID,
            payload: input.span.extracting(envelope.payload))
    } catch {
        throw BrokenInvariant("what was in an envelope does not fit into one: \(error)")
    }
    try require(try readEnvelope(written) == envelope, "the envelope changed in writing")
    try require(written[envelope.payload] == input[envelope.payload], "the message inside changed in writing")
}

private func readEnvelope(_ bytes: [UInt8]) throws(BrokenInvariant) -> VendorDefined? {
    try accepted(bytes, VendorDefined.init(decoding:))
}

/// An error that is accepted reads the same when it was written.
func fuzzSPDMError(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let error = try readError(input) else { return }
    try require(try readError(error.encoded()) == error, "the error changed in writing")
}

private func readError(_ bytes: [UInt8]) throws(BrokenInvariant) -> ErrorMessage? {
    try accepted(bytes, ErrorMessage.init(decoding:))
}

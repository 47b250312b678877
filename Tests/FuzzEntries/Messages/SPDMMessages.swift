internal import SPDM
internal import WireBytes

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

/// What is accepted carries this session's number and comes out of a new object unchanged; nothing that is refused ends the
/// session, and after its end nothing is accepted.
func fuzzPlainChannel(_ input: [UInt8]) throws(BrokenInvariant) {
    var channel = PlainChannel(session: SessionID(rawValue: 0xFFFF_0001))
    if let message = try open(input, with: &channel) {
        try require(input.starts(with: [0x01, 0x00, 0xFF, 0xFF]), "another session's object was accepted")
        guard let object = try? channel.seal(message.span) else {
            throw BrokenInvariant("what was in an object does not fit into one")
        }
        try require(object.count.isMultiple(of: 4), "an object of \(object.count) bytes")
        try require(try open(object, with: &channel) == message, "the message changed in sealing")
    }
    try require(channel.isAlive, "an object ended the session")
    channel.end()
    try require(try open(input, with: &channel) == nil, "an object was accepted after the end")
}

private func open(_ object: [UInt8], with channel: inout PlainChannel) throws(BrokenInvariant) -> [UInt8]? {
    do throws(ChannelError) {
        return try channel.open(object.span)
    } catch {
        if case .malformed(let reason) = error {
            try require(isInside(reason, object), "'\(reason)' points outside the \(object.count) bytes given")
        }
        return nil
    }
}

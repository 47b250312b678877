internal import SPDM
internal import WireBytes

/// The input is read as a DOE object by everything that reads one, and all agree; an object that is accepted is written
/// as it was read.
func fuzzDOEObject(_ input: [UInt8]) throws(BrokenInvariant) {
    let header = try accepted(input, DOEHeader.decode)
    let object = try accepted(input, DOEObject.decode)
    let message = try accepted(input, TransportMessage.init(doeObject:))
    if let header {
        try require(header.size.isMultiple(of: 4) && (12...DOEObject.maximumSize).contains(header.size), "\(header)")
    }
    switch DOERequest(decoding: input.span) {
    case .discovery(let request):
        try require(object?.type == .discovery && object?.payload.count == 4, "\(request) in another object")
    case .message(let carried): try require(carried == message, "two readers find different messages")
    case .unsupported(let type): try require(object?.type == type && message == nil, "a type that is supported")
    case .malformed(let error):
        try require(isInside(error, input), "'\(error)' points outside the \(input.count) bytes given")
        try require(object == nil || object?.type == .discovery && message == nil, "an object that is refused")
    }
    guard let object else { return }
    try require(header?.type == object.type && header?.size == input.count, "the header is another object's")
    let payload = Array(input[object.payload])
    let written = try encoded { () throws(WireError) in try DOEObject.encode(object.type, payload: payload.span) }
    try requireSame(written, as: input[...])
    if let message { try require(try encoded(message.doeObject) == written, "the message changed in writing") }
}

/// The input is read as the payload of both discovery objects, which are written as they were read.
func fuzzDOEDiscovery(_ input: [UInt8]) throws(BrokenInvariant) {
    if let request = try accepted(input, DOEDiscovery.Request.decode) {
        try requireSame(request.encoded(), as: input[...])
        let answer = DOEDiscovery.Response(to: request)
        try require(answer.nextIndex == 0 || answer.nextIndex == request.index + 1, "discovery runs in a circle")
        try require(try accepted(answer.encoded(), DOEDiscovery.Response.decode) == answer, "the answer is not read")
    }
    if let response = try accepted(input, DOEDiscovery.Response.decode) {
        try require(response.encoded() == input, "the response changed in writing")
    }
}

/// The input is read as a record and as what is inside an encrypted one. The places named lie within it and cover it but
/// for padding.
func fuzzSecuredRecord(_ input: [UInt8]) throws(BrokenInvariant) {
    if let record = try accepted(input, SecuredRecord.decode) {
        try require(record.body.lowerBound == SecuredRecord.headerSize, "the body starts at \(record.body)")
        try require(record.tag == record.length - SecuredRecord.tagSize..<record.length, "the tag is \(record.tag)")
        try require((0...3).contains(input.count - record.length), "\(record.length) of \(input.count) bytes")
        let header = try encoded { () throws(WireError) in
            try SecuredRecord.header(record.session, messageCount: record.body.count, encrypted: false)
        }
        try require(input.starts(with: header), "the header changed in writing")
        let (short, long) = (record.associatedData(encrypted: true), record.associatedData(encrypted: false))
        try require(short.upperBound == record.body.lowerBound && long.upperBound == record.body.upperBound, "AAD")
    }
    if let place = try accepted(input, SecuredRecord.message(inPlaintext:)) {
        let message = Array(input[place])
        let written = try encoded { () throws(WireError) in try SecuredRecord.plaintext(message.span) }
        try require(written == input, "the plaintext changed in writing")
    }
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

internal import SPDMTransport

/// The header of a frame is read and written; the input is also a frame's payload.
func fuzzSocketFrame(_ input: [UInt8]) throws(BrokenInvariant) {
    if let header = try accepted(input, SocketFrameHeader.decode) {
        let written = SocketFrame(header.command, transport: header.transport).encoded()
        try require(written.prefix(8) == input.prefix(8), "\(header) changed in writing")
        try require(header.payloadSize == input.suffix(4).reduce(0) { $0 << 8 | Int($1) }, "\(header) of \(input)")
    }
    let frame = SocketFrame(.normal, payload: input).encoded()
    let header = try accepted(Array(frame.prefix(SocketFrameHeader.size)), SocketFrameHeader.decode)
    try require(header?.payloadSize == input.count && frame.dropFirst(12).elementsEqual(input), "another payload")
}

/// The text of an endpoint, to connect to and to listen at: what is accepted parses from what it prints to the same.
func fuzzEndpoint(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input) else { return }
    try checkEndpoint(text) { text throws(Endpoint.ParseError) in try Endpoint(parsing: text) }
    try checkEndpoint(text) { text throws(Endpoint.ParseError) in try Endpoint(listeningAt: text) }
}

private func checkEndpoint(
    _ text: String, _ parse: (String) throws(Endpoint.ParseError) -> Endpoint
) throws(BrokenInvariant) {
    guard let endpoint = try parsed(text, parse) else { return }
    try requireOneLine(endpoint.description)
    try require(
        try parsed(endpoint.description, parse) == endpoint, "\(endpoint) is not what it prints")
}

private func parsed(
    _ text: String, _ parse: (String) throws(Endpoint.ParseError) -> Endpoint
) throws(BrokenInvariant) -> Endpoint? {
    do throws(Endpoint.ParseError) {
        return try parse(text)
    } catch {
        try require(error.text == text, "the error shows another text")
        try requireOneLine(error.description)
        return nil
    }
}

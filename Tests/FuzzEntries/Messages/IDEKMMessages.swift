internal import TDISP
internal import WireBytes

/// A request that is accepted is written with its length and reads the same again; a KEY_PROG has its key.
func fuzzIDEKMRequest(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let received = try accepted(input, IDEKM.ReceivedRequest.init(decoding:)) else { return }
    let request = received.request
    let written: [UInt8]
    switch request {
    case .query(let query): written = query.encoded()
    case .keySetGo(let control): written = control.encodedAsGo()
    case .keySetStop(let control): written = control.encodedAsStop()
    case .keyProgram(let program):
        guard let key = received.takeKey() else { throw BrokenInvariant("a KEY_PROG has no key") }
        written = program.encoded(with: key)
    case .keyProgramOfWrongLength:
        return try require(input.count != IDEKM.KeyProgram.size, "a KEY_PROG of the right length counts as wrong")
    }
    try require(written.count == input.count, "\(input.count) bytes were read, \(written.count) written")
    guard let again = try accepted(written, IDEKM.ReceivedRequest.init(decoding:)) else {
        throw BrokenInvariant("what was written is refused")
    }
    try require(again.request == request, "the request changed in writing")
}

/// A response that is accepted is written with its length and reads the same again.
func fuzzIDEKMResponse(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let response = try readIDEKMResponse(input) else { return }
    let written = response.encoded()
    try require(written.count == input.count, "\(input.count) bytes were read, \(written.count) written")
    try require(try readIDEKMResponse(written) == response, "the response changed in writing")
}

func readIDEKMResponse(_ bytes: [UInt8]) throws(BrokenInvariant) -> IDEKM.Response? {
    try accepted(bytes, IDEKM.Response.init(decoding:))
}

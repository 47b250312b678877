internal import PCIe
internal import TDISP

/// The input is a ``Script``: operations, and what the device answers to each request. ``RequesterModel`` must agree with
/// every result, and the last operation ends when nothing comes any more.
func fuzzRequesterLife(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    var model = RequesterModel()
    while let step = script.step() {
        switch step.what {
        case 0: try model.take(.received(script.message()))
        case 1: try model.take(.received(wellAddressed(script.message())))
        case 2: try model.take(.timedOut)
        case 3: try model.take(.waited)
        case 4: try model.provideNonce()
        case 5: try model.take(.nonceMissing)
        default: try model.take(.begin(operations[step.which % operations.count]))
        }
    }
    try model.abandon()
}

/// A message of which the script has the type and the body: the rest of its header is right.
private func wellAddressed(_ message: [UInt8]) -> [UInt8] {
    guard let type = message.first else { return [] }
    let header = TDISPResponse.unknown(TDISPMessageType(rawValue: type), [])
    return header.encoded(from: RequesterModel.interfaceID) + message.dropFirst()
}

private let operations: [TDIRequester.Operation] = [
    .negotiate, .lock(LockInterfaceRequest(flags: .lockMSIX, defaultStream: StreamID(rawValue: 0))), .fetchReport,
    .start,
    .stop, .revoke, .queryState, .adjust(.bind(StreamID(rawValue: 1))), .adjust(.unbind(StreamID(rawValue: 1))),
    .adjust(
        .setAttribute(SetMMIOAttributeRequest(firstPage: 0x1000, pageCount: 1, nonTEEMemory: true, rangeID: 0))),
    .lock(LockInterfaceRequest(flags: .all, defaultStream: StreamID(rawValue: 0))),
]

internal import PCIe
internal import SPDM
internal import TDISP

/// The input is a ``Script``: requests over two sessions, keys that the port takes or not, events of streams and sessions.
/// ``IDEResponderModel`` must agree with every step.
func fuzzIDEResponderLife(_ input: [UInt8]) throws(BrokenInvariant) {
    let (first, second) = (SessionID(rawValue: 0xFFFF_FFFF), SessionID(rawValue: 0xFFFE_FFFE))
    let (stream, other) = (streamKey(port: 0, stream: 0), streamKey(port: 1, stream: 1))
    let events: [IDEResponder.Event] = [
        .streamEnabled(stream), .streamDisabled(stream), .streamEnabled(other), .streamDisabled(other),
        .received(stream, .posted, .k0), .received(stream, .posted, .k1), .received(other, .completion, .k0),
        .streamLost(stream, .integrityCheckFailed), .portLost(0, .linkDown), .portLost(1, .linkDown),
        .streamRemoved(stream), .streamConfigured(stream), .sessionStarted(first), .sessionStarted(second),
        .sessionEnded(first), .sessionEnded(second), .reset, .streamConfigured(streamKey(port: 9, stream: 0)),
    ]
    var script = Script(input)
    var model = IDEResponderModel()
    try model.take(.streamConfigured(stream))
    try model.take(.streamConfigured(other))
    while let step = script.step() {
        switch step.what {
        case 0: try model.receive(script.message(), in: first)
        case 1: try model.receive(script.message(), in: second)
        case 2: try model.take(.keyInstalled)
        case 3: try model.take(.keyInstallFailed)
        default: try model.take(events[step.which % events.count])
        }
    }
}

private func streamKey(port: UInt8, stream: UInt8) -> IDEStreamKey {
    IDEStreamKey(portIndex: port, streamID: StreamID(rawValue: stream))
}

/// The input is a ``Script``: what is asked of the requester, and what device and host make of its requests.
/// ``IDERequesterModel`` must agree with every step, and the machine comes to rest when nothing comes any more.
func fuzzIDERequesterLife(_ input: [UInt8]) throws(BrokenInvariant) {
    let events: [IDERequester.Event] = [
        .start(.k0), .start(.k1), .refresh, .stop, .busy, .refused, .timedOut, .sessionLost, .streamLost,
        .status(deviceSecure: true, rootPortSecure: true), .status(deviceSecure: false, rootPortSecure: true),
        .hostFinished(.enable, .succeeded), .hostFinished(.disable, .failed),
    ]
    var script = Script(input)
    var model = IDERequesterModel()
    while let step = script.step() {
        switch step.what {
        case 0: try model.receive(script.message())
        case 1: try model.answer(succeeds: false)
        case 2: for _ in 0...step.which { try model.answer(succeeds: true) }
        default: try model.take(events[step.which % events.count])
        }
    }
    try model.abandon()
}

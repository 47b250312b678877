internal import SPDM

/// The first byte of the input is a ``SessionSetting``; the rest is a ``Script``: a step for each operation of the
/// requester, and between them one for each message that crosses, which says what happens to it on the way
/// (``Tampering``). A step of zeros is the next operation, or leaves the message alone. ``SessionModel`` must agree with
/// all that comes of it; and when nobody tampers any more, everything that can be asked is done.
func fuzzSession(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let bits = input.first else { return }
    let setting = SessionSetting(bits: bits)
    var model = try SessionModel(setting, Script(Array(input.dropFirst())))
    var next = 0
    while let step = model.step() {
        let operations =
            setting.operations(in: nil) + [.openSession(setting.wish)] + setting.operations(in: model.session)
            + [.endSession(model.session, clearsNegotiatedState: step.which & 1 == 1)]
        if step.what != 0 { next = step.which }
        _ = try model.perform(operations[next % operations.count])
        next += 1
    }
    try model.finish()
}

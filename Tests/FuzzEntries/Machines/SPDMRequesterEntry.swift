internal import SPDM

/// The first byte of the input says what the requester offers, the second what its responder is like (as with
/// ``fuzzSPDMResponderLife(_:)``); the rest is a ``Script``: operations, and what comes of what they ask for.
/// ``SPDMRequesterModel`` must agree with every step, and the last operation ends when nothing comes any more.
func fuzzSPDMRequesterLife(_ input: [UInt8]) throws(BrokenInvariant) {
    var model = try spdmRequester(after: input)
    try model.abandon()
}

/// The requester at the end of its life.
func spdmRequester(after input: [UInt8]) throws(BrokenInvariant) -> SPDMRequesterModel {
    var script = Script(input)
    let offer = script.byte() ?? 0
    var model = SPDMRequesterModel(requesterOffer(offer), responderProfile(script.byte() ?? 0))
    while let step = script.step() {
        switch step.what {
        case 0: for _ in 0...step.which { try model.proceed() }
        case 1: try model.proceed(flipped: script.number())
        case 2: try model.answer(script.longMessage(), settling: step.which & 1 == 1)
        case 3: try model.begin(operation(step.which, in: model.session))
        case 4: try model.result(.failed(reasons[step.which % reasons.count]))
        case 5: try model.result(results[step.which % results.count])
        case 6: try model.wantKeyUpdate()
        default: try model.close()
        }
    }
    return model
}

private let reasons: [RequesterFailure.Reason] = [
    .noAnswer, .busy, .recordNotAuthentic, .signature(.keyExchange), .verifyData, .chainDigest, .crypto("it failed"),
    .refused(ErrorMessage(version: .v1_2, code: .requestResynch)),
    .refused(ErrorMessage(version: .v1_2, code: .decryptError)),
    .refused(ErrorMessage(version: .v1_2, code: .invalidRequest)),
]

private let results: [RequesterMachine.Result] = [
    .succeeded, .answered([]), .answered([0x12]), .drew(.tags(update: 3, verification: 3)),
]

private func operation(_ which: Int, in session: SessionID) -> RequesterOperation {
    let operations: [RequesterOperation] = [
        .connect, .authenticate(slot: 0, challenge: nil), .authenticate(slot: 0, challenge: .all),
        .authenticate(slot: 0xFF, challenge: MeasurementSummary.none), .authenticate(slot: 3, challenge: nil),
        .openSession(SessionWish(.slot(0), summary: .all)), .openSession(SessionWish(.slot(0xFF))),
        .openSession(SessionWish(.psk(hint: [1]), summary: .all)),
        .measure(MeasurementQuery(.all, signedBy: 0), in: nil),
        .measure(MeasurementQuery(.each, attributes: .raw), in: session),
        .measure(MeasurementQuery(.each, signedBy: 3), in: session),
        .measure(MeasurementQuery(.count), in: nil), .measure(MeasurementQuery(.one(1)), in: session),
        .exchange(vendorDefined: [0x12, 0xFE, 0, 0, 3, 0, 2, 1, 0, 1, 0, 1], in: session),
        .exchange(vendorDefined: [0x12, 0xFE, 0, 0, 3, 0, 2, 1, 0, 1, 0, 1], in: nil), .heartbeat(session),
        .updateKeys(session, .updateKey), .updateKeys(session, .updateAllKeys), .answerEncapsulated(session),
        .endSession(session, clearsNegotiatedState: false), .endSession(session, clearsNegotiatedState: true),
    ]
    return operations[which % operations.count]
}

/// Bit 0 mutual authentication, 1 handshake in the clear, 2 sessions from a pre-shared key, 3 and 4 version, 5 several
/// keys, 6 no encryption.
private func requesterOffer(_ bits: UInt8) -> RequesterOffer {
    var policy = AlgorithmPolicy.tolerant
    policy.versions = [[.v1_2], [.v1_1], [.v1_3], [.v1_3, .v1_2, .v1_1]][Int(bits >> 3 & 3)]
    var flags: CapabilityFlags = [.certificate, .mac, .keyExchange, .encapsulated, .heartbeat, .keyUpdate, .chunk]
    if bits & 0x01 != 0 { flags.insert(.mutualAuthentication) }
    if bits & 0x02 != 0 { flags.insert(.handshakeInTheClear) }
    if bits & 0x04 != 0 { flags.insert(.psk) }
    if bits & 0x40 == 0 { flags.insert(.encrypt) }
    return RequesterOffer(
        policy: policy,
        capabilities: EndpointCapabilities(
            ctExponent: 20, flags: flags, dataTransferSize: 0x1200, maximumMessageSize: 0x1_0000),
        prefersSeveralKeys: bits & 0x20 != 0)
}

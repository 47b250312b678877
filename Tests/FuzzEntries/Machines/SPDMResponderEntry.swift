internal import SPDM

/// The first byte of the input says what the responder offers, the second what its requester is like; the rest is a
/// ``Script``: messages in the clear and in sessions, outcomes of cryptography, incidents. ``SPDMResponderModel`` must
/// agree with every step.
func fuzzSPDMResponderLife(_ input: [UInt8]) throws(BrokenInvariant) {
    var model = try spdmResponder(after: input)
    try model.abandon()
}

/// The responder at the end of its life.
func spdmResponder(after input: [UInt8]) throws(BrokenInvariant) -> SPDMResponderModel {
    var script = Script(input)
    let offer = script.byte() ?? 0
    let peer = script.byte() ?? 0
    var model = SPDMResponderModel(responderProfile(offer))
    while let step = script.step() {
        switch step.what {
        case 0: try model.receive(script.longMessage(), over: nil)
        case 1: try model.receive(script.longMessage(), over: model.session(step.which))
        case 2: try model.receive(requests(peer, model).request(step.which), over: nil, at: 1)
        case 3: try model.receive(requests(peer, model).request(step.which), over: model.session(0), at: 2)
        case 4: try model.finish(SPDMOutcome())
        case 5: try model.finish(outcomes[step.which % outcomes.count])
        case 6: try model.take(.incident(incident(step.which, model.session(step.which >> 3))))
        default: for _ in 0..<4 { try model.finish(SPDMOutcome()) }
        }
    }
    return model
}

private let outcomes = [
    SPDMOutcome(failure: .unavailable), SPDMOutcome(failure: .unknownKey), SPDMOutcome(failure: .refused),
    SPDMOutcome(isMisshapen: true),
]

private func incident(_ which: Int, _ session: SessionID?) -> Responder.Incident {
    let session = session ?? SessionID(rawValue: 1)
    let incidents: [Responder.Incident] = [
        .keyUpdateWanted(session), .sessionLost(session), .keyChangeTakenBack(session), .timePassed(to: 10),
        .timePassed(to: 1000), .firmwareUpdated, .reset, .keyUpdateWanted(SessionID(rawValue: 7)),
    ]
    return incidents[which & 7]
}

/// What a responder offers: bits 1:0 mutual authentication, 2 handshake in the clear, 3 sessions from a pre-shared key with context, 4 without,
/// 5 several keys, 6 small pieces, 7 answers that are not ready.
func responderProfile(_ offer: UInt8) -> ResponderProfile {
    var flags = SPDMRequests.everything
    if offer & 0x04 != 0 { flags.insert(.handshakeInTheClear) }
    if offer & 0x08 != 0 { flags.insert(.pskWithContext) } else if offer & 0x10 != 0 { flags.insert(.psk) }
    if offer & 0x20 != 0 { flags.insert(.multiKeySelectable) }
    let modes: [KeyExchangeResponse.MutualAuthentication] = [.none, .encapsulated, .encapsulatedDigests, .provisioned]
    return ResponderProfile(
        policy: .tolerant, signatures: [.ecdsaP256, .ecdsaP384, .rsapss3072],
        capabilities: EndpointCapabilities(
            ctExponent: 20, flags: flags, dataTransferSize: offer & 0x40 != 0 ? 64 : 4096, maximumMessageSize: 65536),
        mutualAuthentication: .init(modes[Int(offer & 3)], isRequired: false), heartbeatPeriod: 20, sessionLimit: 2,
        deferred: offer & 0x80 != 0 ? [.getDigests, .keyExchange, .challenge] : [])
}

/// Bit 0 no chunks, 1 handshake in the clear, 2 key from elsewhere instead of a chain, 3 sessions from a pre-shared key,
/// 4 small pieces.
private func requests(_ peer: UInt8, _ model: SPDMResponderModel) -> SPDMRequests {
    var flags: CapabilityFlags = [
        .certificate, .encrypt, .mac, .mutualAuthentication, .keyExchange, .encapsulated, .heartbeat, .keyUpdate,
        .chunk,
    ]
    if peer & 1 != 0 { flags.remove(.chunk) }
    if peer & 2 != 0 { flags.insert(.handshakeInTheClear) }
    if peer & 4 != 0 { flags.formSymmetricDifference([.certificate, .publicKeyID]) }
    if peer & 8 != 0 { flags.insert(.psk) }
    return SPDMRequests(
        version: model.version, sizes: model.sizes, flags: flags,
        dataTransferSize: peer & 1 != 0 ? 1 << 16 : peer & 16 != 0 ? 64 : 1024, asked: model.asked)
}

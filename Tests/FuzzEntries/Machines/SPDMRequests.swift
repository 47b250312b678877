internal import SPDM

/// Requests that a well-behaved peer sends, with the version and sizes that were negotiated.
struct SPDMRequests {
    var version: SPDMVersion
    var sizes: NegotiatedSizes
    /// Of the requester.
    var flags: CapabilityFlags
    /// What the requester takes in one piece.
    var dataTransferSize: UInt32

    /// Number of the encapsulated request that is to be answered.
    var asked: UInt8

    /// How many there are.
    static let count = 28

    /// One of them.
    func request(_ which: Int) -> [UInt8] {
        switch which % Self.count {
        case 0: GetVersion().encoded()
        case 1: GetCapabilities(capabilities).encoded(version: .v1_2)
        case 2: GetCapabilities(capabilities).encoded(version: .v1_3)
        case 3: GetCapabilities(capabilities).encoded(version: .v1_1)
        case 4: negotiation(.v1_2)
        case 5: negotiation(.v1_3)
        case 6: negotiation(.v1_1)
        case 7: GetDigests().encoded(version: version)
        case 8: GetCertificate(slot: 0, offset: 0, length: .max).encoded(version: version)
        case 9: Challenge(slot: 0, summary: .all, nonce: nonce).encoded(version: version)
        case 10: GetMeasurements(index: GetMeasurements.all, attributes: .raw).encoded(version: version)
        case 11:
            GetMeasurements(index: 1, proof: GetMeasurements.Proof(nonce: nonce, slot: 3)).encoded(version: version)
        case 12: GetMeasurements(index: GetMeasurements.count).encoded(version: version)
        case 13: exchange
        case 14: pskExchange
        case 15: Finish(verifyData: bytes(sizes.hash)).encoded(version: version)
        case 16:
            Finish(signature: bytes(sizes.requesterSignature), verifyData: bytes(sizes.hash)).encoded(version: version)
        case 17: PSKFinish(verifyData: Array(bytes(sizes.hash))).encoded(version: version)
        case 18: Heartbeat().encoded(version: version)
        case 19: KeyUpdate(.updateKey, tag: 1).encoded(version: version)
        case 20: KeyUpdate(.updateAllKeys, tag: 1).encoded(version: version)
        case 21: KeyUpdate(.verifyNewKey, tag: 2).encoded(version: version)
        case 22: GetEncapsulatedRequest().encoded(version: version)
        case 23: delivery(Digests(provisionedSlots: 1, digests: bytes(sizes.hash)).encoded(version: version))
        case 24:
            delivery(
                CertificateMessage(slot: 0, remainder: 0, portion: [1, 2, 3]).encoded(version: version))
        case 25: delivery(KeyUpdate(.updateKey, tag: asked).encodedAck(version: version))
        case 26: delivery(KeyUpdate(.verifyNewKey, tag: asked).encodedAck(version: version))
        default: EndSession(clearsNegotiatedState: false).encoded(version: version)
        }
    }

    private var nonce: Nonce { Nonce(InlineArray(repeating: 3)) }

    private func bytes(_ count: Int) -> ArraySlice<UInt8> { [UInt8](repeating: 0xA5, count: count)[...] }

    private var capabilities: EndpointCapabilities {
        EndpointCapabilities(
            ctExponent: 20, flags: flags, dataTransferSize: dataTransferSize, maximumMessageSize: 1 << 16)
    }

    private func negotiation(_ version: SPDMVersion) -> [UInt8] {
        AlgorithmPolicy.tolerant.request(
            version: version, requester: flags, responder: SPDMRequests.everything
        ).encoded(version: version)
    }

    private var opaque: ArraySlice<UInt8> {
        let versions = SecuredMessageVersions.supported([VersionMessage.Entry(rawValue: 0x1100)])
        return OpaqueData([versions.element]).encoded(version: version)[...]
    }

    private var exchange: [UInt8] {
        KeyExchange(
            summary: .tcb, slot: 0, requesterSessionID: 0xFFFF, random: nonce, exchange: bytes(sizes.exchange),
            opaque: opaque
        ).encoded(version: version)
    }

    private var pskExchange: [UInt8] {
        PSKExchange(
            summary: .none, requesterSessionID: 0xFFFF, hint: bytes(4), context: bytes(sizes.hash), opaque: opaque
        ).encoded(version: version)
    }

    private func delivery(_ response: [UInt8]) -> [UInt8] {
        DeliverEncapsulatedResponse(requestID: asked, response: response).encoded(version: version)
    }

    /// All that a responder can be able to do.
    static let everything: CapabilityFlags = [
        .certificate, .challenge, .measurements, .measurementsFresh, .encrypt, .mac, .mutualAuthentication,
        .keyExchange, .encapsulated, .heartbeat, .keyUpdate, .chunk,
    ]
}

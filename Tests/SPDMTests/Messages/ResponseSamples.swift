import SPDM

/// A response, and the request it answers.
struct ResponseSample: Sendable {
    var request: SPDMRequest
    var sizes: NegotiatedSizes
    var sample: MessageSamples.Sample<SPDMResponse>
}

extension MessageSamples {
    static func response(
        to request: SPDMRequest, _ message: SPDMResponse, _ version: SPDMVersion, _ bytes: [UInt8],
        _ reserved: [(Int, UInt8)] = [], sizes: NegotiatedSizes = sizes
    ) -> ResponseSample {
        ResponseSample(
            request: request, sizes: sizes,
            sample: Sample(
                message: message, version: version, bytes: bytes,
                reserved: reserved.map { (offset: $0.0, mask: $0.1) }))
    }

    /// The sizes of a connection with the handshake in the clear and several keys.
    static let clearSizes = NegotiatedSizes(
        hash: 4, signature: 3, requesterSignature: 2, exchange: 6, handshakeInTheClear: true, multiKey: true)

    static let responses: [ResponseSample] =
        connectionResponses + authenticationResponses + sessionResponses + transferResponses

    static let connectionResponses: [ResponseSample] = [
        response(
            to: .getVersion(GetVersion()), .version(VersionMessage([.init(.v1_1), .init(rawValue: 0x1234)])), .v1_0,
            [0x10, 0x04, 0, 0, 0, 2, 0x00, 0x11, 0x34, 0x12], both + [(4, 0xFF)]),
        response(
            to: .getCapabilities(GetCapabilities(EndpointCapabilities())),
            .capabilities(Capabilities(EndpointCapabilities(ctExponent: 3, flags: [.cache, .measurements]))), .v1_0,
            [0x10, 0x61, 0, 0, 0, 3, 0, 0, 0x11, 0, 0, 0], both + [(4, 0xFF), (6, 0xFF), (7, 0xFF)]),
        response(
            to: .getCapabilities(GetCapabilities(EndpointCapabilities())),
            .capabilities(
                Capabilities(
                    EndpointCapabilities(ctExponent: 3, flags: .mac, dataTransferSize: 42, maximumMessageSize: 0x1000))),
            .v1_3, [0x13, 0x61, 0, 0, 0, 3, 0, 0, 0x80, 0, 0, 0, 42, 0, 0, 0, 0, 0x10, 0, 0], [(2, 0xFE), (3, 0xFF)]),
        response(
            to: .negotiateAlgorithms(NegotiateAlgorithms(asymmetric: [], hash: [])),
            .algorithms(
                Algorithms(
                    measurementHash: .sha384, asymmetric: .ecdsaP384, hash: .sha384,
                    tables: AlgorithmTables(exchange: .secp384r1, aead: .aes256GCM))),
            .v1_2,
            [0x12, 0x63, 2, 0, 0x2C, 0, 1, 2, 4, 0, 0, 0, 0x80, 0, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
                + [2, 0x20, 0x10, 0, 3, 0x20, 2, 0],
            [(3, 0xFF), (20, 0xFF), (30, 0xFF), (31, 0xFF), (34, 0xFF), (35, 0xFF)]),
        response(
            to: .getDigests(GetDigests()),
            .digests(Digests(provisionedSlots: 0x05, digests: [1, 2, 3, 4, 5, 6, 7, 8])),
            .v1_2, [0x12, 0x01, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8], [(2, 0xFF)]),
        response(
            to: .getDigests(GetDigests()),
            .digests(
                Digests(supportedSlots: 3, provisionedSlots: 1, digests: [1, 2, 3, 4], keys: [7, 1, 0x0F, 0])),
            .v1_3, [0x13, 0x01, 3, 1, 1, 2, 3, 4, 7, 1, 0x0F, 0], sizes: clearSizes),
        response(
            to: .getCertificate(GetCertificate(slot: 0, offset: 0, length: 8)),
            .certificate(CertificateMessage(slot: 2, remainder: 0x0304, portion: [9, 9, 9])), .v1_2,
            [0x12, 0x02, 2, 0, 3, 0, 4, 3, 9, 9, 9], [(2, 0xF0), (3, 0xFF)]),
        response(
            to: .getCertificate(GetCertificate(slot: 0, offset: 0, length: 8)),
            .certificate(CertificateMessage(slot: 0, model: 1, remainder: 0, portion: [])), .v1_3,
            [0x13, 0x02, 0, 1, 0, 0, 0, 0], [(2, 0xF0), (3, 0xF8)]),
    ]

    static let authenticationResponses: [ResponseSample] = [
        response(
            to: .challenge(Challenge(slot: 0, summary: .none, nonce: nonce)),
            .challengeAuth(
                ChallengeAuth(
                    attributes: 0x81, provisionedSlots: 3, chainHash: [1, 2, 3, 4], nonce: nonce, opaque: [0xEE],
                    signature: [5, 6, 7])),
            .v1_1, [0x11, 0x03, 0x81, 3, 1, 2, 3, 4] + nonceBytes + [1, 0, 0xEE, 5, 6, 7]),
        response(
            to: .challenge(Challenge(slot: 0, summary: .all, nonce: nonce)),
            .challengeAuth(
                ChallengeAuth(
                    attributes: 0, provisionedSlots: 1, chainHash: [1, 2, 3, 4], nonce: nonce,
                    measurementSummary: [4, 3, 2, 1], context: 0x0A, signature: [5, 6, 7])),
            .v1_3,
            [0x13, 0x03, 0, 1, 1, 2, 3, 4] + nonceBytes + [4, 3, 2, 1, 0, 0, 0x0A, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7]),
        response(
            to: .getMeasurements(GetMeasurements(index: 0)), .measurements(Measurements(total: 6, nonce: nonce)), .v1_2,
            [0x12, 0x60, 6, 0, 0, 0, 0, 0] + nonceBytes + [0, 0], [(3, 0xC0)]),
        response(
            to: .getMeasurements(GetMeasurements(index: 1, proof: .init(nonce: nonce, slot: 0))),
            .measurements(
                Measurements(
                    slot: 1, change: .unchanged, blockCount: 1, record: [1, 1, 4, 0, 6, 1, 0, 0x2A], nonce: nonce,
                    opaque: [7], context: 1, signature: [5, 6, 7])),
            .v1_3,
            [0x13, 0x60, 0, 0x21, 1, 8, 0, 0, 1, 1, 4, 0, 6, 1, 0, 0x2A] + nonceBytes
                + [1, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7],
            [(3, 0xC0)]),
    ]

    static func keyExchange(_ summary: MeasurementSummary) -> SPDMRequest {
        .keyExchange(
            KeyExchange(
                summary: summary, slot: 0, requesterSessionID: 1, random: nonce, exchange: [1, 2, 3, 4, 5, 6],
                opaque: []))
    }

    static func pskExchange(_ summary: MeasurementSummary) -> SPDMRequest {
        .pskExchange(PSKExchange(summary: summary, requesterSessionID: 1, hint: [], context: [], opaque: []))
    }

    static let sessionResponses: [ResponseSample] = [
        response(
            to: keyExchange(.all),
            .keyExchange(
                KeyExchangeResponse(
                    heartbeatPeriod: 0xF0, responderSessionID: 0xFFFF, mutualAuthentication: .encapsulated,
                    requesterSlot: 3, random: nonce, exchange: [6, 5, 4, 3, 2, 1], measurementSummary: [4, 4, 4, 4],
                    opaque: [8, 8], signature: [5, 6, 7], verifyData: [1, 2, 3, 4])),
            .v1_2,
            [0x12, 0x64, 0xF0, 0, 0xFF, 0xFF, 2, 3] + nonceBytes
                + [6, 5, 4, 3, 2, 1, 4, 4, 4, 4, 2, 0, 8, 8, 5, 6, 7, 1, 2, 3, 4],
            [(3, 0xFF), (7, 0xF0)]),
        response(
            to: keyExchange(.none),
            .keyExchange(
                KeyExchangeResponse(
                    heartbeatPeriod: 0, responderSessionID: 1, random: nonce, exchange: [6, 5, 4, 3, 2, 1], opaque: [],
                    signature: [5, 6, 7], verifyData: [])),
            .v1_2,
            [0x12, 0x64, 0, 0, 1, 0, 0, 0] + nonceBytes + [6, 5, 4, 3, 2, 1, 0, 0, 5, 6, 7], [(3, 0xFF)],
            sizes: clearSizes),
        response(to: .finish(Finish(verifyData: [])), .finish(FinishResponse()), .v1_2, [0x12, 0x65, 0, 0], both),
        response(
            to: .finish(Finish(verifyData: [])), .finish(FinishResponse(verifyData: [1, 2, 3, 4])), .v1_2,
            [0x12, 0x65, 0, 0, 1, 2, 3, 4], both, sizes: clearSizes),
        response(
            to: pskExchange(.tcb),
            .pskExchange(
                PSKExchangeResponse(
                    heartbeatPeriod: 1, responderSessionID: 2, measurementSummary: [4, 4, 4, 4], context: [5],
                    opaque: [6, 6], verifyData: [1, 2, 3, 4])),
            .v1_2, [0x12, 0x66, 1, 0, 2, 0, 0, 0, 1, 0, 2, 0, 4, 4, 4, 4, 5, 6, 6, 1, 2, 3, 4],
            [(3, 0xFF), (6, 0xFF), (7, 0xFF)]),
        response(
            to: pskExchange(.none),
            .pskExchange(
                PSKExchangeResponse(
                    heartbeatPeriod: 1, responderSessionID: 2, context: [], opaque: [], verifyData: [1, 2, 3, 4])),
            .v1_3, [0x13, 0x66, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
        response(
            to: .pskFinish(PSKFinish(verifyData: [])), .pskFinish(PSKFinishResponse()), .v1_2, [0x12, 0x67, 0, 0], both),
        response(to: .heartbeat(Heartbeat()), .heartbeat(HeartbeatAck()), .v1_2, [0x12, 0x68, 0, 0], both),
        response(
            to: .keyUpdate(KeyUpdate(.verifyNewKey, tag: 1)), .keyUpdate(KeyUpdate(.verifyNewKey, tag: 0x0F)), .v1_2,
            [0x12, 0x69, 3, 0x0F]),
        response(
            to: .endSession(EndSession(clearsNegotiatedState: false)), .endSession(EndSessionAck()), .v1_2,
            [0x12, 0x6C, 0, 0], both),
    ]

    static let deliver = SPDMRequest.deliverEncapsulatedResponse(
        DeliverEncapsulatedResponse(requestID: 0, response: []))

    static let transferResponses: [ResponseSample] = [
        response(
            to: deliver, .encapsulatedResponseAck(.init(requestID: 0, acknowledgedID: 2, payload: .none)), .v1_2,
            [0x12, 0x6B, 0, 0, 2, 0, 0, 0], [(5, 0xFF), (6, 0xFF), (7, 0xFF)]),
        response(
            to: deliver, .encapsulatedResponseAck(.init(requestID: 1, acknowledgedID: 0, payload: .slot(4))), .v1_1,
            [0x11, 0x6B, 1, 2, 4]),
        response(
            to: .chunkSend(Chunk(isLast: false, handle: 7, sequence: 1, bytes: [])),
            .chunkSendAck(ChunkSendAck(handle: 7, sequence: 1)), .v1_2, [0x12, 0x05, 0, 7, 1, 0], [(2, 0xFE)]),
        response(
            to: .chunkGet(ChunkGet(handle: 9, sequence: 0)),
            .chunk(Chunk(isLast: true, handle: 9, sequence: 0, messageSize: 3, bytes: [1, 2, 3])), .v1_2,
            [0x12, 0x06, 1, 9, 0, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3], [(2, 0xFE), (6, 0xFF), (7, 0xFF)]),
        response(
            to: .heartbeat(Heartbeat()), .error(ErrorMessage(version: .v1_2, code: .decryptError)), .v1_2,
            [0x12, 0x7F, 6, 0]),
        response(
            to: .heartbeat(Heartbeat()), .error(ErrorMessage(version: .v1_2, largeResponse: 3)), .v1_2,
            [0x12, 0x7F, 0x0F, 0, 3]),
    ]
}

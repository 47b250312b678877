import SPDM

/// SPDM messages, each with its bytes written by hand.
///
/// Sizes in samples: H = 4, S = 3, requester's S = 2, D = 6, so that a wrong one shows.
enum MessageSamples {
    static let sizes = NegotiatedSizes(hash: 4, signature: 3, requesterSignature: 2, exchange: 6)

    /// A message and what it is on the wire. `reserved` are offsets and bits that a reader ignores.
    struct Sample<Message: Sendable>: Sendable {
        var message: Message
        var version: SPDMVersion
        var bytes: [UInt8]
        var reserved: [(offset: Int, mask: UInt8)] = []
    }

    static let nonce = Nonce(InlineArray { UInt8($0) })
    static let nonceBytes: [UInt8] = (0..<32).map { UInt8($0) }
    /// Both parameters of a message that has none.
    static let both: [(Int, UInt8)] = [(2, 0xFF), (3, 0xFF)]

    static func request(
        _ message: SPDMRequest, _ version: SPDMVersion, _ bytes: [UInt8], _ reserved: [(Int, UInt8)] = []
    ) -> Sample<SPDMRequest> {
        Sample(
            message: message, version: version, bytes: bytes,
            reserved: reserved.map { (offset: $0.0, mask: $0.1) })
    }

    static let requests: [Sample<SPDMRequest>] = connectionRequests + sessionRequests + transferRequests

    static let connectionRequests: [Sample<SPDMRequest>] = [
        request(.getVersion(GetVersion()), .v1_0, [0x10, 0x84, 0, 0], both),
        request(
            .getCapabilities(GetCapabilities(EndpointCapabilities())), .v1_0, [0x10, 0xE1, 0, 0], both),
        request(
            .getCapabilities(
                GetCapabilities(EndpointCapabilities(ctExponent: 0x14, flags: [.certificate, .keyExchange]))),
            .v1_1, [0x11, 0xE1, 0, 0, 0, 0x14, 0, 0, 0x02, 0x02, 0, 0],
            both + [(4, 0xFF), (6, 0xFF), (7, 0xFF)]),
        request(
            .getCapabilities(
                GetCapabilities(
                    EndpointCapabilities(
                        ctExponent: 0x14, flags: [.encrypt, .chunk], dataTransferSize: 0x1200,
                        maximumMessageSize: 0x0102_0304))),
            .v1_2,
            [0x12, 0xE1, 0, 0, 0, 0x14, 0, 0, 0x40, 0, 2, 0, 0, 0x12, 0, 0, 4, 3, 2, 1], both + [(4, 0xFF), (6, 0xFF)]),
        request(
            .negotiateAlgorithms(
                NegotiateAlgorithms(
                    asymmetric: [.ecdsaP256, .ecdsaP384], hash: [.sha256, .sha384], measurementLogSpecifications: 1,
                    tables: AlgorithmTables(
                        exchange: .secp384r1, aead: .aes256GCM, requesterAsymmetric: .rsapss3072, keySchedule: .spdm))),
            .v1_3,
            [0x13, 0xE3, 4, 0, 0x30, 0, 1, 2, 0x90, 0, 0, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 15) + [1]
                + [2, 0x20, 0x10, 0, 3, 0x20, 2, 0, 4, 0x20, 8, 0, 5, 0x20, 1, 0],
            [(3, 0xFF), (16, 0xFF), (27, 0xFF), (30, 0xFF)]),
        request(
            .negotiateAlgorithms(
                NegotiateAlgorithms(otherParameters: [], asymmetric: .rsassa2048, hash: .sha512)),
            .v1_0,
            [0x10, 0xE3, 0, 0, 0x20, 0, 1, 0, 1, 0, 0, 0, 4, 0, 0, 0] + [UInt8](repeating: 0, count: 16),
            both + [(7, 0xFF), (16, 0xFF), (31, 0xFF)]),
        request(.getDigests(GetDigests()), .v1_2, [0x12, 0x81, 0, 0], both),
        request(
            .getCertificate(GetCertificate(slot: 3, offset: 0x0102, length: 0xFFFF)), .v1_2,
            [0x12, 0x82, 3, 0, 2, 1, 0xFF, 0xFF], [(2, 0xF0), (3, 0xFE)]),
        request(
            .challenge(Challenge(slot: 0, summary: .all, nonce: nonce)), .v1_2, [0x12, 0x83, 0, 0xFF] + nonceBytes),
        request(
            .challenge(Challenge(slot: 1, summary: .tcb, nonce: nonce, context: 0x0807_0605_0403_0201)), .v1_3,
            [0x13, 0x83, 1, 1] + nonceBytes + [1, 2, 3, 4, 5, 6, 7, 8]),
        request(
            .getMeasurements(GetMeasurements(index: GetMeasurements.count)), .v1_2, [0x12, 0xE0, 0, 0], [(2, 0xF8)]),
        request(
            .getMeasurements(GetMeasurements(index: 0xFF, attributes: .raw, proof: .init(nonce: nonce, slot: 2))),
            .v1_2, [0x12, 0xE0, 3, 0xFF] + nonceBytes + [2], [(2, 0xF8), (36, 0xF0)]),
        request(
            .getMeasurements(GetMeasurements(index: 5, proof: .init(nonce: nonce, slot: 0))), .v1_0,
            [0x10, 0xE0, 1, 5] + nonceBytes),
        request(
            .getMeasurements(GetMeasurements(index: 1, attributes: .pending, context: 9)), .v1_3,
            [0x13, 0xE0, 4, 1, 9, 0, 0, 0, 0, 0, 0, 0]),
    ]

    static let sessionRequests: [Sample<SPDMRequest>] = [
        request(
            .keyExchange(
                KeyExchange(
                    summary: .none, slot: 0xFF, requesterSessionID: 0xFFFE, policy: .terminateOnUpdate, random: nonce,
                    exchange: [1, 2, 3, 4, 5, 6], opaque: [0xAA, 0xBB])),
            .v1_2,
            [0x12, 0xE4, 0, 0xFF, 0xFE, 0xFF, 1, 0] + nonceBytes + [1, 2, 3, 4, 5, 6, 2, 0, 0xAA, 0xBB], [(7, 0xFF)]),
        request(
            .keyExchange(
                KeyExchange(
                    summary: .tcb, slot: 1, requesterSessionID: 2, random: nonce, exchange: [1, 2, 3, 4, 5, 6],
                    opaque: [])),
            .v1_1, [0x11, 0xE4, 1, 1, 2, 0, 0, 0] + nonceBytes + [1, 2, 3, 4, 5, 6, 0, 0], [(6, 0xFF), (7, 0xFF)]),
        request(
            .finish(Finish(verifyData: [9, 8, 7, 6])), .v1_2, [0x12, 0xE5, 0, 0, 9, 8, 7, 6], [(2, 0xFE), (3, 0xFF)]),
        request(
            .finish(Finish(slot: 2, signature: [5, 5], verifyData: [9, 8, 7, 6])), .v1_2,
            [0x12, 0xE5, 1, 2, 5, 5, 9, 8, 7, 6], [(2, 0xFE)]),
        request(
            .pskExchange(
                PSKExchange(
                    summary: .all, policy: .terminateOnUpdate, requesterSessionID: 1, hint: [0x61], context: [1, 2],
                    opaque: [3, 3, 3])),
            .v1_2, [0x12, 0xE6, 0xFF, 1, 1, 0, 1, 0, 2, 0, 3, 0, 0x61, 1, 2, 3, 3, 3]),
        request(
            .pskExchange(
                PSKExchange(summary: .none, requesterSessionID: 1, hint: [], context: [1], opaque: [])),
            .v1_1, [0x11, 0xE6, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], [(3, 0xFF)]),
        request(.pskFinish(PSKFinish(verifyData: [1, 2, 3, 4])), .v1_3, [0x13, 0xE7, 0, 0, 1, 2, 3, 4], both),
        request(.heartbeat(Heartbeat()), .v1_2, [0x12, 0xE8, 0, 0], both),
        request(.keyUpdate(KeyUpdate(.updateAllKeys, tag: 0xA7)), .v1_2, [0x12, 0xE9, 2, 0xA7]),
        request(
            .endSession(EndSession(clearsNegotiatedState: true)), .v1_2, [0x12, 0xEC, 1, 0], [(2, 0xFE), (3, 0xFF)]),
    ]

    static let transferRequests: [Sample<SPDMRequest>] = [
        request(.getEncapsulatedRequest(GetEncapsulatedRequest()), .v1_2, [0x12, 0xEA, 0, 0], both),
        request(
            .chunkSend(Chunk(isLast: false, handle: 7, sequence: 0, messageSize: 0x0201, bytes: [1, 2])), .v1_2,
            [0x12, 0x85, 0, 7, 0, 0, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0, 1, 2], [(2, 0xFE), (6, 0xFF), (7, 0xFF)]),
        request(
            .chunkSend(Chunk(isLast: true, handle: 7, sequence: 0x0102, bytes: [3])), .v1_2,
            [0x12, 0x85, 1, 7, 2, 1, 0, 0, 1, 0, 0, 0, 3], [(2, 0xFE), (6, 0xFF)]),
        request(.chunkGet(ChunkGet(handle: 9, sequence: 0x0304)), .v1_3, [0x13, 0x86, 0, 9, 4, 3], [(2, 0xFF)]),
        request(.respondIfReady(RespondIfReady(.getMeasurements, token: 5)), .v1_2, [0x12, 0xFF, 0xE0, 5]),
    ]
}

internal import SPDM
internal import SPDMVectors
internal import WireBytes

extension Conversation {
    /// The ``Script`` of ``fuzzSPDMResponderLife(_:)`` in which the requests come that were recorded.
    var responderLife: [UInt8] {
        var writer = WireWriter(capacity: 4096)
        // The requester is not asked for anything: it says itself what it is like.
        writer.append([offer, 0])
        for message in messages {
            guard case .request = message.content else { continue }
            writer.step(message.isSecured ? 1 : 0, 0)
            writer.message(message.bytes)
            writer.step(7, 0)
        }
        return writer.bytes
    }

    /// The ``Script`` of ``fuzzSPDMRequesterLife(_:)`` in which the responses come that were recorded.
    var requesterLife: [UInt8] {
        var writer = WireWriter(capacity: 4096)
        writer.append([requesterOffer, 0])
        for message in messages {
            switch message.content {
            case .request(let request): if let operation = operation(of: request) { writer.step(3, operation) }
            case .response:
                writer.step(2, 1)
                writer.message(message.bytes)
            case .vendorDefined: break
            }
        }
        return writer.bytes
    }

    /// The number of the operation that begins with a request; nil when none does.
    private func operation(of request: SPDMRequest) -> UInt8? {
        switch request {
        case .getVersion: 0
        case .getDigests: has(.challenge) ? 2 : 1
        case .keyExchange: 5
        case .pskExchange: 7
        case .getMeasurements: 8
        case .heartbeat: 15
        case .keyUpdate(let update):
            update.operation == .updateKey ? 16 : update.operation == .updateAllKeys ? 17 : nil
        case .endSession: 19
        case .getCapabilities, .negotiateAlgorithms, .getCertificate, .challenge, .finish, .pskFinish,
            .getEncapsulatedRequest, .deliverEncapsulatedResponse, .chunkSend, .chunkGet, .respondIfReady:
            nil
        }
    }

    private var isMutual: Bool { has(.getEncapsulatedRequest) }

    /// What the responder offers: the bits of ``responderProfile(_:)``.
    private var offer: UInt8 {
        (isMutual ? 1 : 0) | (sizes.handshakeInTheClear ? 4 : 0) | (has(.pskExchange) ? 8 : 0)
    }

    /// What the requester offers: as the bits of ``fuzzSPDMRequesterLife(_:)``.
    private var requesterOffer: UInt8 {
        (isMutual ? 1 : 0) | (sizes.handshakeInTheClear ? 2 : 0) | (has(.pskExchange) ? 4 : 0) | 0x18
    }
}

extension WireWriter {
    fileprivate mutating func step(_ what: UInt8, _ which: UInt8) { uint8(what | which << 3) }

    fileprivate mutating func message(_ bytes: [UInt8]) {
        uint16(UInt16(clamping: bytes.count))
        append(bytes)
    }
}

import OpenSSLCrypto
import SPDM
import Testing

/// The SPDM messages of a recorded run, read as both ends would read them.
struct Conversation {
    /// What a message is.
    enum Content: Equatable {
        case request(SPDMRequest)
        case response(SPDMResponse)
        case vendorDefined(VendorDefined)
    }

    struct Message {
        var content: Content
        /// The message of its true length.
        var bytes: [UInt8]
        /// What followed it in its DOE object or record.
        var rest: [UInt8]
        var isSecured: Bool
    }

    private(set) var messages: [Message] = []
    private(set) var sizes = NegotiatedSizes()
    private var common: CapabilityFlags = []
    private var requesterFlags: CapabilityFlags = []
    private var lastRequest: SPDMRequest?

    init(_ run: RecordedRun) throws {
        for step in run.steps {
            let object = try DOEObject.decode(step.object.span)
            switch object.type {
            case .discovery: continue
            case .spdm: try read(Array(step.object[object.payload]), step.isRequest, isSecured: false)
            default: try read(try #require(step.inside).message, step.isRequest, isSecured: true)
            }
        }
    }

    private mutating func read(_ bytes: [UInt8], _ isRequest: Bool, isSecured: Bool) throws {
        let content: Content
        let length: Int
        if try MessageHeader.decode(bytes.span).code.rawValue | 0x80 == MessageCode.vendorDefined.rawValue {
            content = .vendorDefined(try VendorDefined(decoding: bytes.span))
            length = bytes.count
        } else if isRequest {
            let read = try SPDMRequest.decode(bytes.span, sizes: sizes)
            lastRequest = read.request
            (content, length) = (.request(read.request), read.length)
        } else {
            let read = try SPDMResponse.decode(bytes.span, answering: try #require(lastRequest), sizes: sizes)
            (content, length) = (.response(read.response), read.length)
        }
        messages.append(
            Message(
                content: content, bytes: Array(bytes[..<length]), rest: Array(bytes[length...]), isSecured: isSecured))
        try negotiate(content)
    }

    private mutating func negotiate(_ content: Content) throws {
        switch content {
        case .request(.getCapabilities(let message)): requesterFlags = message.requester.flags
        case .response(.capabilities(let message)): common = message.responder.flags.intersection(requesterFlags)
        case .response(.algorithms(let message)):
            sizes = try #require(NegotiatedSizes(selected: message, common: common))
        default: break
        }
    }

    /// The six messages that open a connection.
    var vca: [UInt8] { messages.prefix(6).flatMap(\.bytes) }

    /// The bytes of the only message with this code.
    func bytes(_ code: MessageCode) throws -> [UInt8] {
        let found = messages.filter { $0.bytes[1] == code.rawValue }
        try #require(found.count == 1, "\(code)")
        return found[0].bytes
    }

    func has(_ code: MessageCode) -> Bool { messages.contains { $0.bytes[1] == code.rawValue } }
}

extension SessionTranscript {
    /// The transcript of the session in a recorded run.
    init(_ conversation: Conversation, of run: RecordedRun) throws {
        self.init(connection: conversation.vca)
        let sizes = conversation.sizes
        let isPSK = conversation.has(.pskExchange)
        let exchange: MessageCode = isPSK ? .pskExchange : .keyExchange
        let finish: MessageCode = isPSK ? .pskFinish : .finish
        try appendHash(of: "chain", .responderChainHash, run)
        let request = try conversation.bytes(exchange)
        append(.exchangeRequest, request.span)
        let response = try conversation.bytes(exchange.response)
        let isClear = !isPSK && sizes.handshakeInTheClear
        appendExchangeResponse(
            response.span, signatureSize: isPSK ? 0 : sizes.signature, verifyDataSize: isClear ? 0 : sizes.hash)
        try appendHash(of: "requester_chain", .requesterChainHash, run)
        let isMutual = run.has("requester_chain")
        let finishRequest = try conversation.bytes(finish)
        appendFinish(
            finishRequest.span, signatureSize: isMutual ? sizes.requesterSignature : 0, verifyDataSize: sizes.hash)
        let finishResponse = try conversation.bytes(finish.response)
        appendFinishResponse(finishResponse.span, verifyDataSize: isClear ? sizes.hash : 0)
    }

    private mutating func appendHash(of chain: String, _ part: Part, _ run: RecordedRun) throws {
        guard run.has(chain) else { return }
        let bytes = try run.bytes(chain)
        let digest = try run.hash.digest(of: bytes.span)
        append(part, digest.span)
    }
}

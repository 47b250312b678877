internal import OpenSSLCrypto
public import SPDM

/// The SPDM messages of a recorded run, read as both ends would read them.
public struct Conversation {
    /// What a message is.
    public enum Content: Equatable {
        /// Any request but the next.
        case request(SPDMRequest)
        /// Any response but the next.
        case response(SPDMResponse)
        /// VENDOR_DEFINED, request or response.
        case vendorDefined(VendorDefined)
    }

    /// A message.
    public struct Message {
        /// What it is.
        public var content: Content
        /// The message of its true length.
        public var bytes: [UInt8]
        /// What followed it in its DOE object or record.
        public var rest: [UInt8]
        /// Whether a secured record carried it.
        public var isSecured: Bool
    }

    /// The messages in order, without DOE discovery.
    public private(set) var messages: [Message] = []
    /// The negotiated sizes.
    public private(set) var sizes = NegotiatedSizes()
    private var common: CapabilityFlags = []
    private var requesterFlags: CapabilityFlags = []
    private var lastRequest: SPDMRequest?

    /// Reads a run. Throws when a message cannot be read.
    public init(_ run: RecordedRun) throws {
        for step in run.steps {
            let object = try DOEObject.decode(step.object.span)
            switch object.type {
            case .discovery: continue
            case .spdm: try read(Array(step.object[object.payload]), step.isRequest, isSecured: false)
            default: try read(try required(step.inside, "inside").message, step.isRequest, isSecured: true)
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
            let read = try SPDMResponse.decode(
                bytes.span, answering: try required(lastRequest, "request"), sizes: sizes)
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
            sizes = try required(NegotiatedSizes(selected: message, common: common), "sizes")
        default: break
        }
    }

    /// The six messages that open a connection.
    public var vca: [UInt8] { messages.prefix(6).flatMap(\.bytes) }

    /// The bytes of the only message with this code.
    public func bytes(_ code: MessageCode) throws -> [UInt8] {
        let found = messages.filter { $0.bytes[1] == code.rawValue }
        guard found.count == 1 else { throw RecordedRunError(missing: "single message \(code.rawValue)") }
        return found[0].bytes
    }

    /// Whether there is a message with this code.
    public func has(_ code: MessageCode) -> Bool { messages.contains { $0.bytes[1] == code.rawValue } }
}

extension SessionTranscript {
    /// The transcript of the session in a recorded run.
    public init(_ conversation: Conversation, of run: RecordedRun) throws {
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

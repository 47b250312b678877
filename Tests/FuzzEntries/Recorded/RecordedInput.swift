internal import OpenSSLCrypto
internal import SPDM
internal import SPDMVectors
internal import WireBytes

/// An input of a target that is made of a run of another implementation, which stands in `Tests/SPDMVectors` and nowhere
/// else.
public struct RecordedInput: Hashable, Sendable {
    /// The run, and the number of the input among those of its target: `min-enc-v1.2-12`.
    public let name: String
    /// The input.
    public let bytes: [UInt8]
}

extension FuzzTarget {
    /// What the recorded runs have for this target, one of a kind; empty when they have nothing.
    ///
    /// Throws ``BrokenInvariant`` when a run cannot be read.
    public func recordedInputs() throws(BrokenInvariant) -> [RecordedInput] {
        try RecordedInputs.all.get().inputs[self] ?? []
    }
}

/// The inputs that the recorded runs give.
private struct RecordedInputs {
    static let all = recorded { () throws in
        var inputs = RecordedInputs()
        for name in RecordedRun.names { try inputs.add(name) }
        return inputs
    }

    private(set) var inputs: [FuzzTarget: [RecordedInput]] = [:]
    /// What tells apart what was added: version, code and length of a message, type and length of an object.
    private var kinds: Set<[Int]> = []
    private var name = ""

    private mutating func add(_ name: String) throws {
        self.name = name
        let run = try RecordedRun(name)
        let conversation = try Conversation(run)
        for step in run.steps { addObject(step.object, try DOEObject.decode(step.object.span)) }
        for (index, message) in conversation.messages.enumerated() {
            switch message.content {
            case .request(let request): addRequest(request, message.bytes, conversation.sizes)
            case .response(let response):
                let request = try conversation.request(before: index)
                addResponse(response, message.bytes, to: request, conversation.sizes)
            case .vendorDefined: break
            }
        }
        for chain in try RecordedCertificates.chains(of: run) { add(chain) }
        add(conversation.responderLife, to: .spdmResponderLife)
        add(conversation.requesterLife, to: .spdmRequesterLife)
    }

    private mutating func addObject(_ object: [UInt8], _ read: DOEObject) {
        guard isNew([0, Int(read.type.number), object.count]) else { return }
        add(object, to: .doeObject)
        let payload = Array(object[read.payload])
        if read.type == .discovery { add(payload, to: .doeDiscovery) }
        if read.type == .securedSPDM { add(payload, to: .securedRecord) }
    }

    private mutating func addRequest(_ request: SPDMRequest, _ bytes: [UInt8], _ sizes: NegotiatedSizes) {
        guard isNew([Int(bytes[0]), Int(bytes[1]), bytes.count]) else { return }
        add(sizes.script + bytes, to: .spdmRequest)
        if case .keyExchange(let message) = request { add(bytes[..<1] + message.opaque, to: .opaqueData) }
    }

    private mutating func addResponse(
        _ response: SPDMResponse, _ bytes: [UInt8], to request: [UInt8], _ sizes: NegotiatedSizes
    ) {
        guard isNew([Int(bytes[0]), Int(bytes[1]), bytes.count]) else { return }
        var writer = WireWriter(capacity: 0)
        writer.append(sizes.script)
        writer.uint16(UInt16(clamping: request.count))
        writer.append(request + bytes)
        add(writer.bytes, to: .spdmResponse)
        if case .measurements(let message) = response {
            add([message.blockCount] + message.record, to: .measurementRecord)
        }
        if case .keyExchange(let message) = response { add(bytes[..<1] + message.opaque, to: .opaqueData) }
    }

    private mutating func add(_ chain: RecordedCertificates.Chain) {
        guard isNew([1, chain.hashSize, chain.bytes.count]) else { return }
        add([UInt8(clamping: chain.hashSize)] + chain.bytes, to: .spdmCertificateChain)
        add(chain.certificates, to: .certificates)
    }

    private mutating func isNew(_ kind: [Int]) -> Bool { kinds.insert(kind).inserted }

    private mutating func add(_ bytes: some Sequence<UInt8>, to target: FuzzTarget) {
        let count = inputs[target]?.count ?? 0
        inputs[target, default: []].append(RecordedInput(name: "\(name)-\(count)", bytes: Array(bytes)))
    }
}

extension Conversation {
    /// The last request in front of a message.
    fileprivate func request(before index: Int) throws -> [UInt8] {
        for message in messages[..<index].reversed() {
            if case .request = message.content { return message.bytes }
        }
        throw BrokenInvariant("a response without request")
    }
}

extension NegotiatedSizes {
    /// The bytes that ``Script/sizes()`` reads.
    fileprivate var script: [UInt8] {
        let sizes = [hash, signature, requesterSignature, exchange].map { UInt8(clamping: $0 / 4) }
        return sizes + [(handshakeInTheClear ? 1 : 0) | (multiKey ? 2 : 0)]
    }
}

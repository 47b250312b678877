import OpenSSLCrypto
import SPDM
import SPDMVectors
import Testing

@Suite struct `SPDM messages of another implementation` {
    @Test(arguments: RecordedRun.names) func `every message decodes and re-encodes identically`(name: String) throws {
        let run = try RecordedRun(name)
        let conversation = try Conversation(run)
        #expect(conversation.messages.count == run.steps.count - 6)
        for message in conversation.messages {
            #expect(try encoded(message, try run.version) == message.bytes, "\(message.content)")
        }
    }

    private func encoded(_ message: Conversation.Message, _ version: SPDMVersion) throws -> [UInt8] {
        switch message.content {
        case .request(let request): return request.encoded(version: version)
        case .response(let response): return response.encoded(version: version)
        case .vendorDefined(let envelope):
            return try VendorDefined.encode(
                envelope.kind, version: version, protocolID: envelope.protocolID,
                payload: message.bytes.span.extracting(envelope.payload))
        }
    }

    @Test(arguments: RecordedRun.names) func `only padding follows a message in the clear, nothing in a session`(
        name: String
    ) throws {
        for message in try Conversation(RecordedRun(name)).messages {
            #expect(message.rest == [UInt8](repeating: 0, count: message.isSecured ? 0 : -message.bytes.count & 3))
        }
    }

    @Test(arguments: RecordedRun.names) func `every message cut short is refused`(name: String) throws {
        let conversation = try Conversation(RecordedRun(name))
        var last: SPDMRequest?
        for message in conversation.messages {
            if case .request(let request) = message.content { last = request }
            guard let last, message.bytes.count > 4, !Self.isOpenEnded(message.content) else { continue }
            let cut = message.bytes.dropLast()
            switch message.content {
            case .request:
                #expect(throws: (any Error).self) {
                    try SPDMRequest.decode(cut.span, sizes: conversation.sizes)
                }
            case .response:
                #expect(throws: (any Error).self) {
                    try SPDMResponse.decode(cut.span, answering: last, sizes: conversation.sizes)
                }
            case .vendorDefined: #expect(throws: (any Error).self) { try VendorDefined(decoding: cut.span) }
            }
        }
    }

    /// Whether the message carries another whose length it does not tell.
    private static func isOpenEnded(_ content: Conversation.Content) -> Bool {
        switch content {
        case .request(.deliverEncapsulatedResponse), .response(.encapsulatedRequest): true
        case .response(.encapsulatedResponseAck(let ack)): ack.payload != .none
        default: false
        }
    }

    @Test func `what the encapsulated flow carries decodes and re-encodes identically`() throws {
        let conversation = try Conversation(RecordedRun("mut-wencap-enc-v1.2"))
        let sizes = conversation.sizes.encapsulated
        var asked: SPDMRequest?
        var answers = 0
        for message in conversation.messages {
            switch message.content {
            case .response(.encapsulatedRequest(let carrier)):
                asked = try Self.request(carrier.request, sizes)
            case .response(.encapsulatedResponseAck(let ack)):
                if case .request(let bytes) = ack.payload { asked = try Self.request(bytes, sizes) }
            case .request(.deliverEncapsulatedResponse(let carrier)):
                let read = try SPDMResponse.decode(
                    carrier.response.span, answering: try #require(asked), sizes: sizes)
                #expect(read.length == carrier.response.count)
                #expect(read.response.encoded(version: .v1_2) == carrier.response)
                answers += 1
            default: break
            }
        }
        #expect(answers == 2)
    }

    private static func request(_ bytes: [UInt8], _ sizes: NegotiatedSizes) throws -> SPDMRequest {
        let read = try SPDMRequest.decode(bytes.span, sizes: sizes)
        #expect(read.length == bytes.count)
        #expect(read.request.encoded(version: .v1_2) == bytes)
        return read.request
    }

    @Test func `recorded opaque data names the versions of secured messages`() throws {
        for (name, version) in [("min-enc-v1.1", SPDMVersion.v1_1), ("min-enc-v1.2", .v1_2), ("min-enc-v1.3", .v1_3)] {
            let messages = try Conversation(RecordedRun(name)).messages
            var seen: [SecuredMessageVersions] = []
            for message in messages {
                let opaque: ArraySlice<UInt8>
                switch message.content {
                case .request(.keyExchange(let request)): opaque = request.opaque
                case .response(.keyExchange(let response)): opaque = response.opaque
                default: continue
                }
                let data = try OpaqueData.decode(opaque, version: version)
                #expect(data.encoded(version: version) == Array(opaque))
                let element = try #require(data.elements.first)
                seen.append(try #require(try SecuredMessageVersions.decode(element)))
            }
            let versions = [SPDMVersion.v1_0, .v1_1, .v1_2].map(VersionMessage.Entry.init)
            #expect(seen == [.supported(versions), .selected(versions[2])])
        }
    }

    @Test func `recorded measurements are eight blocks`() throws {
        let measurements = try Conversation(RecordedRun("meas-v1.2")).messages.compactMap { message in
            if case .response(.measurements(let measurements)) = message.content { measurements } else { nil }
        }
        #expect(measurements.count == 2)
        for measurement in measurements {
            let blocks = try measurement.blocks()
            #expect(blocks.map(\.index) == [1, 2, 3, 4, 0x10, 0x11, 0xFD, 0xFE])
            #expect(blocks.prefix(4).map(\.kind) == [.rom, .firmware, .hardwareConfiguration, .firmwareConfiguration])
            #expect(blocks.map(\.isRaw) == [false, false, false, false, true, false, true, true])
            #expect(blocks.flatMap { $0.encoded() } == Array(measurement.record))
            #expect(measurement.change == .unchanged)
            #expect(measurement.signature.count == 96)
        }
    }

    @Test(arguments: RecordedRun.names) func `the recorded chain opens to its certificates`(name: String) throws {
        let run = try RecordedRun(name)
        guard run.has("chain") else { return #expect(name.hasPrefix("psk")) }
        let bytes = try run.bytes("chain")
        let chain = try SPDMCertificateChain.decode(bytes.span, hashSize: try run.hash.digestByteCount)
        let certificates = Array(bytes[chain.certificates])
        #expect(certificates.first == 0x30)
        let rootHash = Array(bytes[chain.rootHash])
        #expect(try SPDMCertificateChain.encode(rootHash: rootHash, certificates: certificates) == bytes)
    }
}

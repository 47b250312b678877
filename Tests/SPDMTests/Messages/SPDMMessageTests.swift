import SPDM
import Testing
import WireBytes

@Suite struct `SPDM requests` {
    @Test(arguments: MessageSamples.requests.indices) func `a request is written and read byte for byte`(
        index: Int
    ) throws {
        let sample = MessageSamples.requests[index]
        #expect(sample.message.encoded(version: sample.version) == sample.bytes)
        let read = try SPDMRequest.decode(sample.bytes.span, sizes: MessageSamples.sizes)
        #expect(read.request == sample.message)
        #expect(read.length == sample.bytes.count)
        #expect(read.request.code.rawValue == sample.bytes[1])
    }

    @Test(arguments: MessageSamples.requests.indices) func `every truncation of a request is refused`(index: Int) {
        let sample = MessageSamples.requests[index]
        for length in sample.bytes.indices {
            let cut = sample.bytes.prefix(length)
            #expect("\(length) of \(sample.bytes)") {
                try SPDMRequest.decode(cut.span, sizes: MessageSamples.sizes)
            } throws: {
                ($0 as? WireError)?.code == .truncated
            }
        }
    }

    @Test(arguments: MessageSamples.requests.indices) func `bytes behind a request do not belong to it`(
        index: Int
    ) throws {
        let sample = MessageSamples.requests[index]
        for count in 1...4 {
            let longer = sample.bytes + [UInt8](repeating: 0xA5, count: count)
            let read = try SPDMRequest.decode(longer.span, sizes: MessageSamples.sizes)
            #expect(read.request == sample.message)
            #expect(read.length == sample.bytes.count)
        }
    }

    @Test(arguments: MessageSamples.requests.indices) func `reserved bits of a request are ignored`(
        index: Int
    ) throws {
        let sample = MessageSamples.requests[index]
        for (offset, mask) in sample.reserved {
            var bytes = sample.bytes
            bytes[offset] |= mask
            let read = try SPDMRequest.decode(bytes.span, sizes: MessageSamples.sizes)
            #expect(read.request == sample.message, "byte \(offset) of \(sample.bytes)")
        }
    }

    @Test func `a delivered response is all that follows its header`() throws {
        let bytes: [UInt8] = [0x12, 0xEB, 2, 0, 0x12, 0x01, 0, 0]
        let message = SPDMRequest.deliverEncapsulatedResponse(.init(requestID: 2, response: [0x12, 0x01, 0, 0]))
        #expect(message.encoded(version: .v1_2) == bytes)
        let read = try SPDMRequest.decode(bytes.span, sizes: MessageSamples.sizes)
        #expect(read.request == message)
        #expect(read.length == 8)
    }

    @Test(arguments: [0x00, 0x04, 0x7E, 0x7F, 0x80, 0xED, 0xFE] as [UInt8]) func `another code is refused`(code: UInt8)
    {
        let bytes: [UInt8] = [0x12, code, 0, 0]
        #expect(throws: WireError(.unexpectedType, at: 1, in: "RequestResponseCode")) {
            try SPDMRequest.decode(bytes.span, sizes: MessageSamples.sizes)
        }
    }

    @Test func `GET_VERSION has version 1_0 whatever was negotiated`() {
        #expect(SPDMRequest.getVersion(GetVersion()).encoded(version: .v1_3) == [0x10, 0x84, 0, 0])
    }
}

@Suite struct `SPDM responses` {
    @Test(arguments: MessageSamples.responses.indices) func `a response is written and read byte for byte`(
        index: Int
    ) throws {
        let sample = MessageSamples.responses[index]
        #expect(sample.sample.message.encoded(version: sample.sample.version) == sample.sample.bytes)
        let read = try SPDMResponse.decode(
            sample.sample.bytes.span, answering: sample.request, sizes: sample.sizes)
        #expect(read.response == sample.sample.message)
        #expect(read.length == sample.sample.bytes.count)
    }

    @Test(arguments: MessageSamples.responses.indices) func `every truncation of a response is refused`(index: Int) {
        let sample = MessageSamples.responses[index]
        for length in sample.sample.bytes.indices {
            let cut = sample.sample.bytes.prefix(length)
            #expect("\(length) of \(sample.sample.bytes)") {
                try SPDMResponse.decode(cut.span, answering: sample.request, sizes: sample.sizes)
            } throws: {
                ($0 as? WireError)?.code == .truncated
            }
        }
    }

    @Test(arguments: MessageSamples.responses.indices) func `bytes behind a response do not belong to it`(
        index: Int
    ) throws {
        let sample = MessageSamples.responses[index]
        for count in 1...4 {
            let longer = sample.sample.bytes + [UInt8](repeating: 0xA5, count: count)
            let read = try SPDMResponse.decode(longer.span, answering: sample.request, sizes: sample.sizes)
            #expect(read.response == sample.sample.message)
            #expect(read.length == sample.sample.bytes.count)
        }
    }

    @Test(arguments: MessageSamples.responses.indices) func `reserved bits of a response are ignored`(
        index: Int
    ) throws {
        let sample = MessageSamples.responses[index]
        for (offset, mask) in sample.sample.reserved {
            var bytes = sample.sample.bytes
            bytes[offset] |= mask
            let read = try SPDMResponse.decode(bytes.span, answering: sample.request, sizes: sample.sizes)
            #expect(read.response == sample.sample.message, "byte \(offset) of \(sample.sample.bytes)")
        }
    }

    @Test(arguments: MessageSamples.responses.indices) func `the response to another request is refused`(index: Int) {
        let sample = MessageSamples.responses[index]
        guard sample.sample.bytes[1] != MessageCode.error.rawValue else { return }
        #expect(throws: WireError(.unexpectedType, at: 1, in: "RequestResponseCode")) {
            try SPDMResponse.decode(
                sample.sample.bytes.span, answering: .respondIfReady(RespondIfReady(.finish, token: 0)),
                sizes: sample.sizes)
        }
    }

    @Test func `an encapsulated request is all that follows its header`() throws {
        let bytes: [UInt8] = [0x12, 0x6A, 1, 0, 0x12, 0x81, 0, 0]
        let read = try SPDMResponse.decode(
            bytes.span, answering: .getEncapsulatedRequest(GetEncapsulatedRequest()), sizes: MessageSamples.sizes)
        #expect(read.response == .encapsulatedRequest(.init(requestID: 1, request: [0x12, 0x81, 0, 0])))
        #expect(read.response.encoded(version: .v1_2) == bytes)
    }

    @Test func `an acknowledgement carries the next request`() throws {
        let bytes: [UInt8] = [0x12, 0x6B, 2, 1, 1, 0, 0, 0, 0x12, 0x81, 0, 0]
        let read = try SPDMResponse.decode(bytes.span, answering: MessageSamples.deliver, sizes: MessageSamples.sizes)
        #expect(
            read.response
                == .encapsulatedResponseAck(
                    .init(requestID: 2, acknowledgedID: 1, payload: .request([0x12, 0x81, 0, 0]))))
        #expect(read.response.encoded(version: .v1_2) == bytes)
    }

    @Test func `an acknowledgement of an unknown kind is refused`() {
        let bytes: [UInt8] = [0x12, 0x6B, 2, 3, 1, 0, 0, 0]
        #expect(throws: WireError(.invalidValue, at: 3, in: "Param2")) {
            try SPDMResponse.decode(bytes.span, answering: MessageSamples.deliver, sizes: MessageSamples.sizes)
        }
    }

    @Test(arguments: [(1, 0), (0, 1)] as [(UInt8, UInt8)])
    func `the last chunk and an early error bring the response along`(isLast: UInt8, foundError: UInt8) throws {
        let bytes: [UInt8] = [0x12, 0x05, foundError, 7, 2, 0, 0x12, 0x7F, 0x01, 0]
        let read = try SPDMResponse.decode(
            bytes.span, answering: .chunkSend(Chunk(isLast: isLast == 1, handle: 7, sequence: 2, bytes: [])),
            sizes: MessageSamples.sizes)
        let ack = ChunkSendAck(foundError: foundError == 1, handle: 7, sequence: 2, response: [0x12, 0x7F, 0x01, 0])
        #expect(read.response == .chunkSendAck(ack))
        #expect(read.response.encoded(version: .v1_2) == bytes)
    }

    @Test func `a block of supported algorithms that was not asked for is refused`() {
        let bytes: [UInt8] = [0x13, 0x61, 1, 0, 0, 3, 0, 0, 0x80, 0, 0, 0, 42, 0, 0, 0, 0, 0x10, 0, 0]
        #expect(throws: WireError(.invalidValue, at: 2, in: "Param1")) {
            try SPDMResponse.decode(
                bytes.span, answering: .getCapabilities(GetCapabilities(EndpointCapabilities())),
                sizes: NegotiatedSizes())
        }
    }

    @Test func `a digest is found by its slot`() {
        let digests = Digests(provisionedSlots: 0x85, digests: [1, 1, 2, 2, 3, 3])
        #expect(digests.digest(ofSlot: 0).map(Array.init) == [1, 1])
        #expect(digests.digest(ofSlot: 1) == nil)
        #expect(digests.digest(ofSlot: 2).map(Array.init) == [2, 2])
        #expect(digests.digest(ofSlot: 7).map(Array.init) == [3, 3])
        #expect(digests.digest(ofSlot: 8) == nil)
    }
}

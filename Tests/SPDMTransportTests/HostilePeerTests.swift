import SPDM
import Testing
import WireBytes

@testable import SPDMTransport

@Suite struct `Hostile server` {
    private static let hello = SocketFrame.serverHello.encoded()

    @Test(
        arguments: [
            ([], true, .closed),
            (SocketFrame(.test, payload: Array("Server hello!\0".utf8)).encoded(), true, .notAnEmulator),
            (SocketFrame(.normal, payload: SocketFrame.serverHello.payload).encoded(), true, .notAnEmulator),
            ([0, 0, 0xDE, 0xAD, 0, 0, 0, 2, 0, 0, 4, 1], false, .frameTooLong(1025, limit: 1024)),
            ([0, 0, 0xDE, 0xAD, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF], false, .frameTooLong(0xFFFF_FFFF, limit: 1024)),
            (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), true, .frameTooLong(0x2034_3030, limit: 1024)),
        ] as [([UInt8], Bool, TransportError)])
    func `another greeting is refused by name`(bytes: [UInt8], closes: Bool, error: TransportError) async throws {
        try await beside(peerSaying: bytes, thenCloses: closes) { endpoint in
            await #expect(throws: error) { _ = try await SPDMSocketClient.connect(to: endpoint, limits: .narrow) }
        }
    }

    @Test(arguments: [[], [0, 0, 0xDE]] as [[UInt8]])
    func `one who does not greet is not waited for`(bytes: [UInt8]) async throws {
        try await beside(peerSaying: bytes, thenCloses: false) { endpoint in
            let limits = TransportLimits(connecting: .milliseconds(100))
            await #expect {
                _ = try await SPDMSocketClient.connect(to: endpoint, limits: limits)
            } throws: { error in
                // On a busy machine the time is over before the connection stands.
                switch error as? TransportError {
                case .overdue(limits.connecting), .unreachable: true
                default: false
                }
            }
        }
    }

    @Test(
        arguments: [
            ([], true, .closed),
            ([], false, .overdue(.milliseconds(100))),
            (
                Array(SocketFrame(.normal, payload: Sample.version).encoded().dropLast()), false,
                .overdue(.milliseconds(100))
            ),
            (Array(SocketFrame(.normal, payload: Sample.version).encoded().dropLast()), true, .closed),
            (SocketFrame(.unknown).encoded(), true, .unexpectedCommand(.unknown)),
            (
                SocketFrame(.normal, transport: .init(rawValue: 1), payload: Sample.version).encoded(), true,
                .wrongTransport(.init(rawValue: 1))
            ),
            (SocketFrame(.normal).encoded(), true, .notAnObject(WireError(.truncated, at: 0, in: "Vendor ID"))),
            (
                SocketFrame(.normal, payload: Sample.version + [0]).encoded(), true,
                .notAnObject(WireError(.trailingBytes, at: 12, in: "DOE object"))
            ),
            ([0, 0, 0, 1, 0, 0, 0, 2, 0x40, 0, 0, 0], false, .frameTooLong(1 << 30, limit: 1024)),
        ] as [([UInt8], Bool, TransportError)])
    func `another answer is refused by name, and ends the transport`(
        bytes: [UInt8], closes: Bool, error: TransportError
    ) async throws {
        try await beside(peerSaying: Self.hello + bytes, thenCloses: closes) { endpoint in
            let client = try await SPDMSocketClient.connect(to: endpoint, limits: .expecting(error))
            await #expect(throws: error) { try await client.exchange(Sample.version) }
            await #expect(throws: TransportError.ended) { try await client.exchange(Sample.version) }
        }
    }

    @Test func `a server that answers no farewell is left all the same`() async throws {
        try await beside(peerSaying: Self.hello, thenCloses: false) { endpoint in
            let client = try await SPDMSocketClient.connect(to: endpoint, limits: .short)
            await client.close()
            await #expect(throws: TransportError.ended) { try await client.exchange(Sample.version) }
        }
    }
}

@Suite struct `Hostile client` {
    /// Sends bytes, then reads until the server closes; gives what it read. The server is one that serves another then.
    private func provoke(_ bytes: [UInt8], _ limits: TransportLimits = .patient) async throws -> [UInt8] {
        let heard = Heard()
        let device = EchoDevice()
        try await serving(Sample.port, limits, device: device) { endpoint in
            let stream = try await ByteStream.connect(to: endpoint)
            try await stream.write(bytes)
            while let byte = try? await stream.read(1) { await heard.add(byte) }
            stream.close()
            let next = try await SPDMSocketClient.connect(to: endpoint, limits: .patient)
            #expect(try await next.exchange(Sample.version) == Sample.version)
        }
        #expect(device.departureCount == 2)
        return await heard.bytes
    }

    private actor Heard {
        var bytes: [UInt8] = []
        func add(_ more: [UInt8]) { bytes += more }
    }

    @Test func `an unknown command is answered by UNKNOWN, and the connection closed`() async throws {
        let frame = SocketFrame(.init(rawValue: 0x8001), payload: [1, 2, 3, 4])
        #expect(try await provoke(frame.encoded()) == SocketFrame(.unknown).encoded())
    }

    @Test func `another transport ends the connection`() async throws {
        let frame = SocketFrame(.normal, transport: .init(rawValue: 1), payload: Sample.version)
        #expect(try await provoke(frame.encoded()) == [])
    }

    @Test func `an unknown type of object ends the connection`() async throws {
        #expect(try await provoke(SocketFrame(.normal, payload: [1, 0, 3, 0, 3, 0, 0, 0, 1, 2, 3, 4]).encoded()) == [])
    }

    @Test func `a frame that is too long is not waited for`() async throws {
        #expect(try await provoke([0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF]) == [])
    }

    @Test(
        arguments: [[], [0], SocketFrame.clientHello.encoded(), [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 4, 0, 1]] as [[UInt8]])
    func `one who sends no object, or trickles, is left`(bytes: [UInt8]) async throws {
        let limits = TransportLimits(
            object: .milliseconds(100), greeting: .milliseconds(100), idle: .seconds(300))
        let device = EchoDevice()
        try await serving(Sample.port, limits, device: device) { endpoint in
            let stream = try await ByteStream.connect(to: endpoint)
            try await stream.write(bytes)
            await #expect(throws: TransportError.closed) { while true { _ = try await stream.read(1) } }
            stream.close()
        }
        #expect(device.departureCount == 1)
    }

    @Test(.timeLimit(.minutes(5))) func `one who only greets, again and again, is left`() async throws {
        let limits = TransportLimits(object: .seconds(300), greeting: .milliseconds(100), idle: .seconds(300))
        let device = EchoDevice()
        try await serving(Sample.port, limits, device: device) { endpoint in
            let stream = try await ByteStream.connect(to: endpoint)
            let hello = SocketFrame.clientHello.encoded()
            while (try? await stream.write(hello)) != nil, (try? await stream.readFrame(limit: 100)) != nil {}
            stream.close()
        }
        #expect(device.departureCount == 1)
    }

    @Test func `one who sent an object is kept longer, and then left`() async throws {
        let limits = TransportLimits(
            object: .seconds(300), greeting: .seconds(300), idle: .milliseconds(100))
        try await serving(Sample.port, limits) { endpoint in
            let stream = try await ByteStream.connect(to: endpoint)
            try await stream.write(SocketFrame(.normal, payload: Sample.version).encoded())
            #expect(try await stream.readFrame(limit: 100) == SocketFrame(.normal, payload: Sample.version))
            await #expect(throws: TransportError.closed) { try await stream.read(1) }
            stream.close()
        }
    }

    @Test func `malformed and unanswerable objects get no answer, and the next does`() async throws {
        try await serving { endpoint in
            let stream = try await ByteStream.connect(to: endpoint)
            for object in [[], [9, 9], Sample.version + [0, 0, 0, 0], [1, 0, 1, 0, 3, 0, 0, 0, 0xFF, 0, 0, 0]] {
                try await stream.write(SocketFrame(.normal, payload: object).encoded())
            }
            try await stream.write(SocketFrame(.normal, payload: Sample.version).encoded())
            #expect(try await stream.readFrame(limit: 100) == SocketFrame(.normal, payload: Sample.version))
            stream.close()
        }
    }
}

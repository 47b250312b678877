import Foundation
import SPDM
import Testing

@testable import SPDMTransport

@Suite struct `Client and server over sockets` {
    private func converse(at endpoint: Endpoint) async throws {
        let device = EchoDevice()
        try await serving(endpoint, device: device) { endpoint in
            let client = try await SPDMSocketClient.connect(to: endpoint, limits: .patient)
            #expect(try await client.exchange(Sample.version) == Sample.version)
            #expect(try await client.exchange(Sample.discovery) == [1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 2])
            let large = try TransportMessage(isSecured: true, bytes: [UInt8](repeating: 7, count: 200_000)).doeObject()
            #expect(try await client.exchange(large) == large)
            await client.close()
            await client.close()
            await #expect(throws: TransportError.ended) { try await client.exchange(Sample.version) }
        }
        #expect(device.departureCount == 1)
    }

    @Test func `objects pass over TCP`() async throws { try await converse(at: Sample.port) }

    @Test func `objects pass over IPv6 and to a name`() async throws {
        try await converse(at: .tcp(host: "localhost", port: 0))
    }

    @Test func `objects pass over a Unix socket, which is closed to others and removed`() async throws {
        let scratch = try Scratch()
        let endpoint = Endpoint.unix(path: scratch.file("dsm.sock"))
        try await serving(endpoint) { _ in
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file("dsm.sock"))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("dsm.sock")))
        try await converse(at: endpoint)
    }

    @Test func `frames pass over pipes, whole and in pieces`() async throws {
        let (there, back) = (Pipe(), Pipe())
        let device = try ByteStream.standardIO(
            input: there.fileHandleForReading.fileDescriptor, output: back.fileHandleForWriting.fileDescriptor)
        let host = try ByteStream.standardIO(
            input: back.fileHandleForReading.fileDescriptor, output: there.fileHandleForWriting.fileDescriptor)
        let bytes = SocketFrame.clientHello.encoded()
        try await host.write(bytes)
        #expect(try await device.readFrame(limit: 100) == .clientHello)
        async let answer = host.readFrame(limit: 100)
        for byte in SocketFrame.serverHello.encoded() { try await device.write([byte]) }
        #expect(try await answer == .serverHello)
        try await host.write([1, 2])
        try there.fileHandleForWriting.close()
        await #expect(throws: TransportError.closed) { try await device.read(3) }
    }

    @Test func `a pipe on which nothing comes is given up`() async throws {
        let pipe = Pipe()
        let stream = try ByteStream.standardIO(
            input: pipe.fileHandleForReading.fileDescriptor, output: pipe.fileHandleForWriting.fileDescriptor)
        let limit = Duration.milliseconds(20)
        await #expect(throws: TransportError.overdue(limit)) {
            try await within(limit) { () async throws(TransportError) in try await stream.read(1) }
        }
        // Lets the thread that still reads go.
        try pipe.fileHandleForWriting.close()
    }

    @Test func `a client that leaves makes room for the next`() async throws {
        let device = EchoDevice()
        try await serving(device: device) { endpoint in
            let first = try await SPDMSocketClient.connect(to: endpoint, limits: .patient)
            async let second = SPDMSocketClient.connect(to: endpoint, limits: .patient)
            #expect(try await first.exchange(Sample.version) == Sample.version)
            await first.close()
            #expect(try await second.exchange(Sample.version) == Sample.version)
        }
        #expect(device.departureCount == 2)
    }

    @Test func `a client that shuts down ends the server`() async throws {
        let server = try await SPDMSocketServer.listen(at: Sample.port, limits: .patient)
        async let serving: Void = server.serve(EchoDevice().service)
        let client = try await SPDMSocketClient.connect(to: server.endpoint, limits: .patient)
        await client.close(.shutDown)
        try await serving
        await #expect { try await SPDMSocketClient.connect(to: server.endpoint, limits: .patient) } throws: {
            guard case .unreachable = $0 as? TransportError else { return false }
            return true
        }
    }

    @Test func `two exchanges at once are one too many`() async throws {
        try await beside(peerSaying: SocketFrame.serverHello.encoded(), thenCloses: false) { endpoint in
            let client = try await SPDMSocketClient.connect(to: endpoint, limits: .patient)
            let first = Task { try await client.exchange(Sample.version) }
            var refusal: TransportError?
            // Which of the two is first is not said; the peer answers neither.
            let second = Task { try await client.exchange(Sample.version) }
            do { _ = try await Self.either(first, second) } catch { refusal = error as? TransportError }
            #expect(refusal == .inUse)
            first.cancel()
            second.cancel()
        }
    }

    private static func either(_ tasks: Task<[UInt8], any Error>...) async throws -> [UInt8] {
        try await withThrowingTaskGroup { group in
            for task in tasks {
                group.addTask {
                    try await withTaskCancellationHandler {
                        try await task.value
                    } onCancel: {
                        task.cancel()
                    }
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    @Test func `a second server does not take a Unix socket from the first, nor a file's place`() async throws {
        let scratch = try Scratch()
        let path = scratch.file("dsm.sock")
        try await serving(.unix(path: path)) { endpoint in
            await #expect(throws: TransportError.cannotListen(endpoint, "somebody listens there already")) {
                _ = try await SPDMSocketServer.listen(at: endpoint)
            }
        }
        try Data([1]).write(to: URL(filePath: path))
        await #expect(throws: TransportError.self) { _ = try await SPDMSocketServer.listen(at: .unix(path: path)) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
    }

    @Test func `nobody there, and a host that is none, are unreachable`() async throws {
        let scratch = try Scratch()
        for endpoint in [Endpoint.unix(path: scratch.file("none")), .tcp(host: "999.1.1.1", port: 1)] {
            await #expect { try await SPDMSocketClient.connect(to: endpoint, limits: .patient) } throws: {
                guard case .unreachable(endpoint, _) = $0 as? TransportError else { return false }
                return true
            }
        }
    }
}

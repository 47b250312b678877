import Foundation
import SPDM
import Synchronization
import Testing

@testable import SPDMTransport

/// A folder that goes with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "wire-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Limits that no test reaches unless its peer is silent for good.
extension TransportLimits {
    static let patient = TransportLimits(
        connecting: .seconds(300), object: .seconds(300), greeting: .seconds(300), idle: .seconds(300))

    /// The same, for a test whose peer sends too much.
    static let narrow = TransportLimits(
        connecting: .seconds(300), object: .seconds(300), greeting: .seconds(300), idle: .seconds(300),
        payloadSize: 1024)

    /// For a test whose peer connects and then never does what is waited for.
    static let short = TransportLimits(
        connecting: .seconds(300), object: .milliseconds(100), greeting: .milliseconds(100), idle: .milliseconds(100),
        payloadSize: 1024)

    /// Those under which a test's time runs out, if that is what it is to see.
    static func expecting(_ error: TransportError) -> TransportLimits {
        if case .overdue = error { short } else { narrow }
    }
}

enum Sample {
    static let version: [UInt8] = [1, 0, 1, 0, 3, 0, 0, 0, 0x10, 0x84, 0, 0]
    static let discovery: [UInt8] = [1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0]
    static let port = Endpoint.tcp(host: "127.0.0.1", port: 0)
}

/// A device that answers every message with the message, or not at all when its first byte is FFh.
final class EchoDevice: Sendable {
    private let departures = Mutex(0)

    var departureCount: Int { departures.withLock { $0 } }

    var service: SPDMService {
        SPDMService(
            answer: { $0.bytes.first == 0xFF ? nil : $0 },
            clientLeft: { self.departures.withLock { $0 += 1 } })
    }
}

/// Runs `body` beside a server of an echo device, and stops the server then.
func serving(
    _ endpoint: Endpoint = Sample.port, _ limits: TransportLimits = .patient, device: EchoDevice = EchoDevice(),
    capture: ObjectCapture? = nil, _ body: @Sendable @escaping (Endpoint) async throws -> Void
) async throws {
    let server = try await SPDMSocketServer.listen(at: endpoint, limits: limits, capture: capture)
    try await withThrowingTaskGroup { group in
        group.addTask { try await server.serve(device.service) }
        try await body(server.endpoint)
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Runs `body` beside a peer that says these bytes to the first who connects, after it read a greeting, and nothing else.
func beside(
    peerSaying bytes: [UInt8], thenCloses closes: Bool, _ body: @Sendable @escaping (Endpoint) async throws -> Void
) async throws {
    let listener = try await ByteListener.listen(at: Sample.port)
    try await withThrowingTaskGroup { group in
        group.addTask {
            guard let stream = try await listener.accept() else { return }
            _ = try? await stream.read(26)
            try? await stream.write(bytes)
            if !closes { _ = try? await stream.read(1 << 20) }
            stream.close()
        }
        try await body(listener.endpoint)
        group.cancelAll()
        try await group.waitForAll()
    }
    listener.close()
}

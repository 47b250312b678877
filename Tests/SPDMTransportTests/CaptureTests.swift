import Foundation
import SPDM
import Testing

@testable import SPDMTransport

@Suite struct `Capture of objects` {
    private static let time = Pcap.Timestamp(nanoseconds: 1_795_367_574_123_456_789)

    @Test func `a file is read back as a reader of the format reads it`() async throws {
        let scratch = try Scratch()
        let capture = try ObjectCapture(to: scratch.file("c.pcap")) { Self.time }
        await capture.record(Sample.version)
        await capture.record(Sample.discovery)
        #expect(await capture.finish() == nil)
        let file = try CaptureReader(Data(contentsOf: URL(filePath: scratch.file("c.pcap"))))
        #expect(file.linkType == 292)
        #expect(file.packets.map(\.bytes) == [Sample.version, Sample.discovery])
        #expect(file.packets.map(\.seconds) == [1_795_367_574, 1_795_367_574])
        #expect(file.packets.map(\.microseconds) == [123_456, 123_456])
    }

    /// The start of a capture that the DMTF's emulator wrote, with three packets: what differs is the longest packet.
    @Test func `the layout is the emulator's own`() throws {
        let recorded: [UInt8] = [
            0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0x24, 1, 0, 0,
            0x96, 0x22, 3, 0x6B, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
            0x96, 0x22, 3, 0x6B, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 1,
            0x96, 0x22, 3, 0x6B, 0, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0,
        ]
        let file = try CaptureReader(Data(recorded))
        var written = Pcap.fileHeader()
        for packet in file.packets {
            let seconds = UInt64(packet.seconds) * 1_000_000_000
            written += Pcap.packet(packet.bytes, at: .init(nanoseconds: seconds))
        }
        #expect(file.packets.count == 3)
        #expect(Array(written[..<16]) == Array(recorded[..<16]))
        #expect(Array(written[20...]) == Array(recorded[20...]))
    }

    @Test func `of an object that no reader takes whole the beginning is recorded`() throws {
        let object = [UInt8](repeating: 5, count: 300_000)
        let file = try CaptureReader(Data(Pcap.fileHeader() + Pcap.packet(object, at: Self.time)))
        #expect(file.packets.first?.bytes.count == 262_144)
        #expect(file.packets.first?.length == 300_000)
    }

    @Test func `both directions of client and server are recorded`() async throws {
        let scratch = try Scratch()
        let (ours, theirs) = (scratch.file("client"), scratch.file("server"))
        let server = try ObjectCapture(to: theirs) { Self.time }
        try await serving(capture: server) { endpoint in
            let capture = try ObjectCapture(to: ours) { Self.time }
            let client = try await SPDMSocketClient.connect(to: endpoint, limits: .patient, capture: capture)
            _ = try await client.exchange(Sample.discovery)
            _ = try await client.exchange(Sample.version)
            #expect(await capture.finish() == nil)
        }
        #expect(await server.finish() == nil)
        let file = try CaptureReader(Data(contentsOf: URL(filePath: ours)))
        let answer: [UInt8] = [1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 2]
        #expect(file.packets.map(\.bytes) == [Sample.discovery, answer, Sample.version, Sample.version])
        #expect(try Data(contentsOf: URL(filePath: theirs)) == Data(contentsOf: URL(filePath: ours)))
    }

    @Test func `a file that cannot be created, or written, is reported and stops nothing`() async throws {
        #expect(throws: CaptureError.self) { try ObjectCapture(to: "/nonexistent/c.pcap") { Self.time } }
        #expect(throws: CaptureError.self) { try ObjectCapture(to: "/dev/full") { Self.time } }
        let file = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let full = ObjectCapture(file: file, path: "/dev/full") { Self.time }
        await full.record(Sample.version)
        #expect(await full.finish() != nil)
    }
}

@Suite struct `Key log` {
    private static let session = SessionID(rawValue: 0xFFFF_000A)

    @Test func `a secret is a line of label, session and digits`() throws {
        let scratch = try Scratch()
        let path = scratch.file("keys")
        let log = try KeyLog(to: path)
        log.write(Self.session, "dhe_secret", [0x00, 0x0F, 0xF0])
        log.write(Self.session, "psk", [1])
        #expect(log.finish() == nil)
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        #expect(
            text == """
                # Secrets of SPDM sessions. Who has this file can read them.
                dhe_secret ffff000a 000ff0
                psk ffff000a 01

                """)
    }

    @Test func `the file is for this user alone`() throws {
        let scratch = try Scratch()
        _ = try KeyLog(to: scratch.file("keys"))
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file("keys"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a file or a link that is there is not touched`() throws {
        let scratch = try Scratch()
        try Data([7]).write(to: URL(filePath: scratch.file("old")))
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link"), withDestinationPath: scratch.file("target"))
        for name in ["old", "link"] {
            #expect(throws: CaptureError.self) { try KeyLog(to: scratch.file(name)) }
        }
        #expect(try Data(contentsOf: URL(filePath: scratch.file("old"))) == Data([7]))
        #expect(!FileManager.default.fileExists(atPath: scratch.file("target")))
    }

    @Test func `nothing is written after the end`() throws {
        let scratch = try Scratch()
        let log = try KeyLog(to: scratch.file("keys"))
        _ = log.finish()
        log.write(Self.session, "psk", [1])
        #expect(try !String(contentsOf: URL(filePath: scratch.file("keys")), encoding: .utf8).contains("psk"))
    }
}

/// Reads little-endian capture files with microseconds, strictly.
private struct CaptureReader {
    struct Packet {
        var seconds, microseconds, length: UInt32
        var bytes: [UInt8]
    }

    struct Malformed: Error {}

    let linkType: UInt32
    private(set) var packets: [Packet] = []

    init(_ data: Data) throws {
        let bytes = [UInt8](data)
        func number(_ at: Int) throws -> UInt32 {
            guard at + 4 <= bytes.count else { throw Malformed() }
            return (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        guard try number(0) == 0xA1B2_C3D4, try number(4) == 0x0004_0002 else { throw Malformed() }
        let limit = Int(try number(16))
        linkType = try number(20)
        var at = 24
        while at < bytes.count {
            let count = Int(try number(at + 8))
            guard count <= limit, at + 16 + count <= bytes.count else { throw Malformed() }
            packets.append(
                Packet(
                    seconds: try number(at), microseconds: try number(at + 4), length: try number(at + 12),
                    bytes: Array(bytes[(at + 16)..<(at + 16 + count)])))
            at += 16 + count
        }
    }
}

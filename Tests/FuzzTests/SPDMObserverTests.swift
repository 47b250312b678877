import SPDM
import SPDMEndpoints
import Testing

@testable import FuzzEntries

@Suite struct `Fuzzing SPDM` {
    @Test func `recorded requests establish a session in the responder's machine`() throws {
        for input in try FuzzTarget.spdmResponderLife.recordedInputs() where !input.name.hasPrefix("mut") {
            // The last step but one is END_SESSION.
            let responder = try spdmResponder(after: Array(input.bytes.dropLast(8))).responder
            #expect(responder.sessions.count == 1, "\(input.name)")
        }
    }

    @Test func `recorded responses establish a session in the requester's machine`() throws {
        for input in try FuzzTarget.spdmRequesterLife.recordedInputs() where !input.name.hasPrefix("hb") {
            let requester = try spdmRequester(after: Array(input.bytes.dropLast(8))).state
            #expect(requester.sessions.count == 1, "\(input.name)")
        }
    }

    @Test(arguments: [
        ("p256", true), ("p384", true), ("rsa", true), ("requester", true), ("pci-name", true),
        ("no-deviations", false),
        ("flipped", false), ("wrong-order", false), ("many", false), ("nothing", false), ("other-pci-name", false),
    ]) func `a kept chain is believed or not`(name: String, isBelieved: Bool) throws {
        let inputs = try KeptInput.all(of: .deviceTrust, in: .corpus)
        let input = try #require(inputs.first { $0.name.hasSuffix("/\(name)") })
        switch try TrustCase(input.bytes).verdict() {
        case .success: #expect(isBelieved)
        case .failure(let refusal): #expect(!isBelieved, "\(refusal)")
        }
    }

    @Test func `views of a handshake differ in the message that was changed`() {
        var requester = HandshakeView()
        var responder = HandshakeView()
        let request: [UInt8] = [0x12, 0xE4, 1, 2]
        let response: [UInt8] = [0x12, 0x64, 3, 4]
        requester.note(request: request)
        responder.note(message(request + [0]), answeredBy: message(response))
        #expect(requester.difference(from: responder, isOver: true) == .keyExchange)
        requester.note(response: response)
        #expect(requester.difference(from: responder, isOver: true) == nil)
        responder.note(message([0x12, 0xE4, 1, 3]), answeredBy: message(response))
        #expect(requester.difference(from: responder, isOver: true) == .keyExchange)
    }

    @Test func `a view takes no request that was refused, and what was deferred when it is answered`() {
        var requester = HandshakeView()
        var responder = HandshakeView()
        let request: [UInt8] = [0x12, 0xE4, 1, 2]
        let response: [UInt8] = [0x12, 0x64, 3, 4]
        requester.note(request: request)
        requester.note(response: response)
        responder.note(message([0x12, 0xE4, 9, 9]), answeredBy: message([0x12, 0x7F, 1, 0]))
        responder.note(message(request), answeredBy: message([0x12, 0x7F, 0x42, 0, 1, 0xE4, 1, 1]))
        responder.note(message([0x12, 0xFF, 0xE4, 1]), answeredBy: message(response))
        #expect(requester.difference(from: responder, isOver: true) == nil)
    }

    @Test func `every kind of tampering does what it says`() {
        let sent = [message([1]), message([2])]
        let original = message([0x10, 0x20])
        let expected: [([UInt8], [[UInt8]])] = [
            ([], [[0x10, 0x20]]), ([0], [[0x10, 0x20]]), ([1, 9, 0], [[0x10, 0x22]]), ([2, 0, 0], [[0x10]]),
            ([2, 1, 0], [[]]), ([3, 1, 7], [[0x10, 0x20, 7]]), ([4], [[2]]), ([4 | 1 << 3], [[1]]),
            ([4 | 2 << 3], [[0x10, 0x20]]), ([5], []), ([6, 1, 0, 9], [[9]]), ([7], [[0x10, 0x20], [0x10, 0x20]]),
        ]
        for (bytes, arriving) in expected {
            var script = Script(bytes)
            #expect(Tampering(&script).apply(to: original, after: sent).map(\.bytes) == arriving, "\(bytes)")
        }
    }

    private func message(_ bytes: [UInt8]) -> TransportMessage { TransportMessage(isSecured: false, bytes: bytes) }
}

import OpenSSLCrypto
import SPDM
import SPDMEndpoints

/// What it takes in RAM to keep a session, with many at once between one requester and one responder.
enum SessionMemory {
    private static let time: Int64 = 1_767_225_600

    static func figures(sessions count: Int) throws -> [Figure] {
        let authority = IdentityAuthority()
        let identity = try authority.issue(
            DeviceDescription(
                DeviceInfo(manufacturer: "Example", product: "device", serialNumber: "1"),
                pciName: PCIDeviceName(vendor: 0x1AF4, device: 1, classCode: 0x02_0000, revision: 0)), under: "Root")
        let trust = ResponderTrust(DeviceTrust(.roots([try authority.root("Root")])))
        var ends = Ends(
            requester: SPDMRequester(RequesterSettings(trust: trust)),
            responder: SPDMResponder(
                ResponderSettings(
                    profile: ResponderProfile(sessionLimit: count + 1), slots: [ResponderSlot(0, identity)])))
        try ends.perform(.connect)
        try ends.perform(.authenticate(slot: 0, challenge: nil))
        // The first one brings what all share.
        try ends.perform(.openSession(SessionWish(.slot(0))))
        let before = try ResidentMemory.bytes()
        for _ in 0..<count { try ends.perform(.openSession(SessionWish(.slot(0)))) }
        let after = try ResidentMemory.bytes()
        try require(ends.responder.sessions.count == count + 1, "\(ends.responder.sessions.count) sessions")
        let each = Double(after - before) / 1024 / Double(count)
        return [
            Figure(
                group: "session", name: "memory per session, \(count) at once, both ends", value: each,
                unit: .kibibytes, target: .atMost(64, each))
        ]
    }

    private struct Ends: ~Copyable {
        var requester: SPDMRequester
        var responder: SPDMResponder

        /// Runs an operation to its end.
        mutating func perform(_ operation: RequesterOperation) throws {
            var step = requester.begin(operation, at: time)
            while case .send(let message) = step {
                guard case .answer(let answer) = responder.receive(message, at: time) else {
                    throw NotDone("no answer to \(operation)")
                }
                step = requester.receive(answer)
            }
            guard case .done = step else { throw NotDone("\(operation): \(step)") }
        }
    }
}

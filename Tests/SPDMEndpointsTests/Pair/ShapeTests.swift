import SPDM
import SPDMEndpoints
import Testing

/// A conversation that differs from others in more than its algorithms.
struct Shape: CustomTestStringConvertible, Sendable {
    var name: String
    var combination: Combination
    var change = Combination.Change()

    var testDescription: String { "\(name): \(combination.testDescription)" }

    /// Every shape in every version, and the smallest messages.
    static let all = Combination.versions.flatMap(inVersion) + small

    private static func inVersion(_ version: SPDMVersion) -> [Shape] {
        func shape(_ name: String, _ way: Combination.Way, _ change: Combination.Change = .init()) -> Shape {
            Shape(name: name, combination: Combination(version: version, hash: .sha384, way: way), change: change)
        }
        return [
            shape("encrypted", .oneSided), shape("authenticated only", .oneSided, .init(encrypts: false)),
            shape("requester's provisioned chain", .mutual, .init(mutual: .provisioned)),
            shape("requester's provisioned key", .mutual, .init(mutual: .provisioned, isKnownByKey: true)),
            shape("requester's chain", .mutual, .init(isInTheClear: true)),
            shape("requester's digests first", .mutual, .init(encrypts: false, mutual: .encapsulatedDigests)),
            shape("key of both with context", .preSharedKey),
            shape("key of both without context", .preSharedKey, .init(hasPSKContext: false)),
            shape("deferred", .oneSided, .init(deferred: deferred)),
        ]
    }

    private static let deferred: Set<MessageCode> = [
        .getDigests, .challenge, .getMeasurements, .keyExchange, .finish, .heartbeat, .endSession,
    ]

    private static let small = [
        Shape(name: "small", combination: Combination(transferSize: 64)),
        Shape(name: "smallest", combination: Combination(version: .v1_3, transferSize: 42)),
        Shape(
            name: "small, requester's chain", combination: Combination(way: .mutual, transferSize: 100),
            change: .init(isInTheClear: true)),
        Shape(
            name: "small, requester's digests first",
            combination: Combination(version: .v1_3, way: .mutual, transferSize: 77),
            change: .init(mutual: .encapsulatedDigests)),
        Shape(
            name: "small, authenticated only", combination: Combination(way: .preSharedKey, transferSize: 60),
            change: .init(encrypts: false)),
    ]

    func ends() throws -> PairedEnds {
        var change = change
        change.heartbeatPeriod = 30
        return try combination.ends(change)
    }
}

@Suite struct `A conversation of every shape` {
    @Test(arguments: Shape.all)
    func `carries every service, again and again, and goes on after END_SESSION`(shape: Shape) throws {
        let combination = shape.combination
        var ends = try shape.ends()
        let session = try ends.begin(combination)
        #expect(ends.requester.establishedSessions.map(\.isEncrypted) == [shape.change.encrypts])
        let isShown = ends.responder.requester(of: session) != nil
        #expect(isShown == (combination.way == .mutual))
        let vendorRequest = combination.vendorRequest()
        for round in 0..<3 {
            try ends.succeed(.exchange(vendorDefined: vendorRequest, in: session))
            #expect(try ends.succeed(.heartbeat(session)) == .heartbeat(session))
            let update = round == 1 ? KeyUpdate.Operation.updateAllKeys : .updateKey
            #expect(try ends.succeed(.updateKeys(session, update)) == .keysUpdated(session))
        }
        ends.responder.updateKey(of: session)
        #expect(try ends.succeed(.answerEncapsulated(session)) == .encapsulatedRequestsAnswered(session, 2))
        for place in [nil, session] {
            let outcome = try ends.succeed(.measure(MeasurementQuery(.each, signedBy: 0), in: place))
            guard case .measured(let report) = outcome else {
                Issue.record("no measurements: \(outcome)")
                continue
            }
            #expect(report.blocks.map(\.index) == [1, 2])
            #expect(report.proofs.count == 2)
        }
        try ends.succeed(.endSession(session, clearsNegotiatedState: true))
        #expect(ends.responder.takeEndedSessions() == [session])
        #expect(ends.requester.sessions.isEmpty && ends.responder.sessions.isEmpty)
        // The connection goes on.
        let next = try ends.open(combination.wish)
        #expect(ends.responder.sessions == [next])
    }
}

import SPDM
import SPDMEndpoints
import Testing

@Suite struct `A key protects so many records and no more` {
    private static let limit: UInt64 = 16

    @Test(arguments: Combination.representatives)
    func `half spent it is due, and a session that is updated then lasts`(combination: Combination) throws {
        var ends = try combination.ends(.init(requesterRecords: Self.limit))
        let session = try ends.begin(combination)
        var updates = 0
        for _ in 0..<100 {
            try ends.succeed(.exchange(vendorDefined: combination.vendorRequest(), in: session))
            guard ends.requester.sessionsDueForKeyUpdate == [session] else { continue }
            try ends.succeed(.updateKeys(session, .updateAllKeys))
            #expect(ends.requester.sessionsDueForKeyUpdate == [])
            updates += 1
        }
        // A key is due after 8 records; the first two under the responder's new one are the answers to KEY_UPDATE.
        #expect(updates == 1 + (100 - 8) / 6)
    }

    @Test(arguments: Combination.representatives)
    func `spent it ends the session, and nothing is sent any more`(combination: Combination) throws {
        var ends = try combination.ends(.init(requesterRecords: Self.limit))
        let session = try ends.begin(combination)
        let exchange = RequesterOperation.exchange(vendorDefined: combination.vendorRequest(), in: session)
        for _ in 0..<Self.limit { try ends.succeed(exchange) }
        let sent = ends.wire.passages.count
        guard case .failure(let failure) = try ends.run(exchange) else {
            Issue.record("one record more than there may be")
            return
        }
        #expect(failure.reason == .notPossible(.keyExhausted) && failure.loss == .session(session))
        #expect(ends.wire.passages.count == sent)
        #expect(ends.requester.sessions.isEmpty)
        try ends.recover(combination)
    }

    @Test(arguments: Combination.representatives)
    func `at the responder it is replaced when the requester asks in time`(combination: Combination) throws {
        var ends = try combination.ends(.init(responderRecords: Self.limit))
        let session = try ends.begin(combination)
        var updates = 0
        for round in 1...100 {
            try ends.succeed(.exchange(vendorDefined: combination.vendorRequest(), in: session))
            guard round % 4 == 0 else { continue }
            // KEY_UPDATE and VerifyNewKey, once half of the responder's records are spent.
            guard
                case .encapsulatedRequestsAnswered(session, let count) = try ends.succeed(.answerEncapsulated(session))
            else { continue }
            #expect([0, 2].contains(count))
            updates += count / 2
            try ends.succeed(.updateKeys(session, .updateKey))
        }
        #expect(updates >= 100 / 8)
        #expect(ends.responder.sessions == [session])
    }

    @Test(arguments: Combination.representatives)
    func `spent at the responder it ends the session there, which the requester is told`(
        combination: Combination
    ) throws {
        var ends = try combination.ends(.init(responderRecords: Self.limit))
        let session = try ends.begin(combination)
        let exchange = RequesterOperation.exchange(vendorDefined: combination.vendorRequest(), in: session)
        for _ in 0..<Self.limit { try ends.succeed(exchange) }
        guard case .failure(let failure) = try ends.run(exchange) else {
            Issue.record("one record more than there may be")
            return
        }
        #expect(failure.loss == .session(session))
        #expect(ends.responder.takeEndedSessions() == [session])
        #expect(ends.requester.sessions.isEmpty && ends.responder.sessions.isEmpty)
        try ends.recover(combination)
    }
}

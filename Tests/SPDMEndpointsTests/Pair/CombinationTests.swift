import Foundation
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `Every combination of what two ends can agree on` {
    /// All of them if the environment asks for it, as `scripts/test --full` does, else so many that every pair of values
    /// occurs.
    static let combinations: [Combination] = {
        let wantsAll = ProcessInfo.processInfo.environment["TDISPCTL_FULL_MATRIX"] != nil
        return wantsAll ? Combination.all : Combination.covering(seed: 3)
    }()

    @Test(arguments: combinations) func `carries a whole conversation`(combination: Combination) throws {
        var ends = try combination.ends()
        for operation in combination.beginning.dropLast() { try ends.succeed(operation) }
        try expectAgreement(of: ends, on: combination)
        let session = try ends.open(combination.wish)
        #expect(ends.requester.sessions == [session])
        #expect(ends.responder.sessions == [session])
        #expect(ends.established == [session])
        #expect((ends.responder.requester(of: session) != nil) == (combination.way == .mutual))
        #expect(ends.requester.establishedSessions.map(\.isMutual) == [combination.way == .mutual])
        for operation in combination.rest(in: session) {
            try expectResult(of: operation, try ends.succeed(operation))
        }
        #expect(ends.requester.sessions.isEmpty)
        #expect(ends.responder.sessions.isEmpty)
        #expect(ends.responder.takeEndedSessions() == [session])
    }

    private func expectAgreement(of ends: borrowing PairedEnds, on combination: Combination) throws {
        let negotiated = ends.negotiated
        let (requester, responder) = try #require(negotiated)
        #expect(requester.version == combination.version)
        #expect(responder.version == combination.version)
        #expect(requester.algorithms == responder.algorithms)
        #expect(requester.sizes == responder.sizes)
        #expect(requester.requester.flags == responder.requester.flags)
        // Before 1.2 nobody tells how much it takes.
        if combination.version >= .v1_2 { #expect(requester.requester == responder.requester) }
        #expect(requester.responder.flags == responder.flags)
        let algorithms = requester.algorithms
        #expect(algorithms.hash == combination.hash)
        #expect(algorithms.asymmetric == combination.signature)
        #expect(algorithms.tables.exchange == combination.group)
        #expect(algorithms.tables.aead == combination.suite)
        if combination.way == .mutual { #expect(algorithms.tables.requesterAsymmetric == combination.signature) }
        let isInTheClear = requester.common.contains(.handshakeInTheClear)
        #expect(isInTheClear == (combination.way == .inTheClear))
    }

    private func expectResult(of operation: RequesterOperation, _ outcome: RequesterOutcome) throws {
        switch outcome {
        case .measured(let report):
            #expect(report.blocks.map(\.index) == [1, 2])
            #expect(report.proofs.count == 1)
        case .exchanged(let response):
            guard case .exchange(let request, in: _) = operation else { return }
            #expect(response == request[..<1] + [0x7E] + request.dropFirst(2))
        case .connected, .authenticated, .sessionOpened, .heartbeat, .keysUpdated, .encapsulatedRequestsAnswered,
            .sessionEnded:
            break
        }
    }

    @Test func `a run in which not all are tried tries every pair of values`() {
        let tried = Combination.covering(seed: 3)
        #expect(tried.reduce(into: []) { $0.formUnion($1.pairs) } == Combination.allPairs)
        #expect(Combination.allPairs.count == 290)
        #expect(Combination.all.count == 4860)
        #expect(Set(Combination.all).count == 4860)
        #expect(tried.count < 300)
        #expect(tried == Combination.covering(seed: 3))
    }
}

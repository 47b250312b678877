import SPDM
import SPDMEndpoints
import Testing

@Suite struct `A responder that does not go on` {
    @Test(arguments: Combination.fourWays)
    func `falls silent anywhere: the operation has no answer, and a new connection works`(
        combination: Combination
    ) throws {
        for (place, passage) in try combination.passages().enumerated() {
            var ends = try combination.ends()
            ends.wire = Wire(.silence, at: place)
            let course = try ends.converse(combination)
            let failure = course.failures[passage.operation]
            #expect(failure?.reason == .noAnswer && failure?.isOutcomeUnknown == true, "\(passage)")
            #expect(course.failures.keys.allSatisfy { $0 >= passage.operation }, "\(passage)")
            #expect(course.opened == nil || passage.operation > 2, "\(passage)")
            try ends.recover(combination)
        }
    }

    @Test(arguments: [ErrorMessage.Code.busy, .responseNotReady], Combination.fourWays)
    func `puts off every request in the clear: patience ends, and a new connection works`(
        code: ErrorMessage.Code, combination: Combination
    ) throws {
        let patience = ExchangeTerms.Patience()
        for (place, passage) in try combination.passages().enumerated()
        where passage.isRequest && !passage.isSecured {
            var ends = try combination.ends()
            ends.wire = Wire(.refused(code), at: place)
            let operations = combination.beginning
            for operation in operations[..<passage.operation] { try ends.succeed(operation) }
            guard case .failure(let failure) = try ends.run(operations[passage.operation]) else {
                Issue.record("\(passage) was not put off")
                continue
            }
            let isBusy = code == .busy
            #expect(failure.reason == (isBusy ? .busy : .notReady), "\(passage)")
            #expect(failure.request == passage.code)
            let repetitions = Int(isBusy ? patience.busyAnswers : patience.notReadyAnswers)
            #expect(ends.wire.passages.count == place + 2 * (1 + repetitions), "\(passage)")
            #expect(ends.waited == UInt64(repetitions) * (isBusy ? patience.busyDelay : 1 << 10))
            #expect(ends.requester.sessions.isEmpty && ends.responder.sessions.isEmpty)
            try ends.recover(combination)
        }
    }

    @Test(arguments: [ErrorMessage.Code.busy, .responseNotReady], Combination.representatives)
    func `puts off a vendor's request in a session: patience ends, and the session goes on`(
        code: ErrorMessage.Code, combination: Combination
    ) throws {
        var ends = try combination.ends()
        let session = try ends.begin(combination)
        let answer = ends.device
        ends.device = { request in
            [request[0], MessageCode.error.rawValue, code.rawValue, 0]
                + (code == .busy ? [] : [10, MessageCode.vendorDefined.rawValue, 7, 1])
        }
        let exchange = RequesterOperation.exchange(vendorDefined: combination.vendorRequest(), in: session)
        guard case .failure(let failure) = try ends.run(exchange) else {
            Issue.record("not put off")
            return
        }
        #expect(failure.reason != .noAnswer && failure.loss == .nothing, "\(failure)")
        ends.device = answer
        try ends.succeed(exchange)
        try ends.succeed(.endSession(session, clearsNegotiatedState: false))
    }
}

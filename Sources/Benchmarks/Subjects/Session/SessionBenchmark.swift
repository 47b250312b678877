/// A whole attach, from VERSION to RUN: identity, session, signed measurements, the keys of all six sub-streams, LOCK,
/// report, START; P-384, SHA-384, AES-256-GCM. Beside it stands what OpenSSL alone takes for the same public keys.
enum SessionBenchmark {
    /// As long as what it is compared with: see ``measure(by:_:)``.
    private static let attachesPerRound = 2
    private static let rounds = 10
    private static let loopbackRuns = 21

    static func figures() async throws -> [Figure] {
        let operations = try PublicKeyOperations()
        return try await ofBothEnds(operations) + overLoopback(operations) + [
            operation("ECDSA signature", operations.signature),
            operation("ECDSA verification", operations.verification),
            operation("ECDH key pair and shared secret", operations.keyExchange),
        ]
    }

    private static func operation(_ name: String, _ time: Double) -> Figure {
        Figure(group: "session", name: "OpenSSL, P-384: \(name), CPU", value: time / 1000, unit: .microseconds)
    }

    // MARK: In memory

    private static func ofBothEnds(_ operations: PublicKeyOperations) async throws -> [Figure] {
        var (requester, responder) = try await round()
        for _ in 1..<rounds {
            let next = try await round()
            requester = .least(requester, next.requester)
            responder = .least(responder, next.responder)
        }
        return [
            processorFigure(
                "requester", requester, "5 verifications, 1 key exchange", operations.ofRequester, limit: 1.5),
            processorFigure("responder", responder, "2 signatures, 1 key exchange", operations.ofResponder),
            Figure(
                group: "session", name: "attach, requester", value: requester.allocations, unit: .allocations),
            Figure(
                group: "session", name: "attach, responder", value: responder.allocations, unit: .allocations),
            wallFigure("attach, both ends in one thread, wall", (requester + responder).wall, operations),
        ]
    }

    /// The mean of several attaches, each of a new device.
    private static func round() async throws -> (requester: Spending, responder: Spending) {
        var (requester, responder) = (Spending(), Spending())
        for _ in 0..<attachesPerRound {
            let spent = try await DirectAttach().attach()
            requester = requester + spent.requester
            responder = responder + spent.responder
        }
        return (requester / attachesPerRound, responder / attachesPerRound)
    }

    private static func processorFigure(
        _ end: String, _ spent: Spending, _ what: String, _ operations: Double, limit: Double? = nil
    ) -> Figure {
        let (value, least) = (spent.processor / 1000, operations / 1000)
        return Figure(
            group: "session", name: "attach, \(end), CPU", value: value, unit: .microseconds,
            target: limit.map { .atMost($0 * least, value) },
            reference: Reference("public keys (\(what))", least, of: value))
    }

    private static func wallFigure(
        _ name: String, _ time: Double, _ operations: PublicKeyOperations, limit: Double? = nil
    ) -> Figure {
        let value = time / 1e6
        return Figure(
            group: "session", name: name, value: value, unit: .milliseconds, target: limit.map { .atMost($0, value) },
            reference: Reference("public keys of both ends", operations.ofBoth / 1e6, of: value))
    }

    // MARK: Over sockets

    private static func overLoopback(_ operations: PublicKeyOperations) async throws -> [Figure] {
        var times: [Double] = []
        for _ in 0..<loopbackRuns { times.append(try await LoopbackAttach.nanoseconds()) }
        let median = times.sorted()[loopbackRuns / 2]
        return [wallFigure("attach over loopback TCP, wall, median", median, operations, limit: 30)]
    }
}

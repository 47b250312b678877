import SPDM
import Testing
import WireBytes

@Suite struct `Requester machine, measurements` {
    static func claims(_ requester: ScriptedRequester) -> [RequesterMachine.SignatureClaim] {
        requester.effects.compactMap { effect in
            if case .verifySignature(let claim) = effect { return claim }
            return nil
        }
    }

    static func report(_ requester: inout ScriptedRequester, _ query: MeasurementQuery) throws -> MeasurementReport? {
        if case .measured(let report)? = try requester.outcome(.measure(query, in: nil)) { return report }
        return nil
    }

    @Test func `how many there are, one and all of them come as asked for`() throws {
        var requester = try ScriptedRequester.authenticated()
        #expect(try Self.report(&requester, MeasurementQuery(.count))?.total == 2)
        #expect(try Self.report(&requester, MeasurementQuery(.one(2)))?.blocks.map(\.index) == [2])
        let all = try Self.report(&requester, MeasurementQuery(.all))
        #expect(all?.blocks.map(\.index) == [1, 2])
        #expect(all?.proofs.isEmpty == true)
        #expect(requester.requests.map(\.request) == [[0x12, 0xE0, 0, 0xFF]])
    }

    @Test func `one by one, gaps are passed over and each is signed for itself`() throws {
        var requester = try ScriptedRequester.authenticated { $0.measurements = [2, 5, 254] }
        let report = try Self.report(&requester, MeasurementQuery(.each, signedBy: 0))
        #expect(report?.blocks.map(\.index) == [2, 5, 254])
        #expect(report?.proofs.count == 3)
        let claims = Self.claims(requester)
        #expect(claims.count == 3)
        let vca = 4 + 16 + 20 + 20 + 48 + 52
        // Each L1 has one request and one response; the first has in front how many there are, where no gap followed.
        #expect(claims.map { $0.transcript.count - vca } == Array(repeating: 37 + 8 + 8 + 32 + 2, count: 3))
        #expect(requester.requests.count == 255)
    }

    @Test func `fewer one by one than announced is refused`() throws {
        var requester = try ScriptedRequester.authenticated()
        requester.change = { code, response in
            if code == .getMeasurements, response[1] == 0x60, response[4] == 0 { response[2] = 3 }
        }
        let failure = try requester.failure(.measure(MeasurementQuery(.each), in: nil))
        #expect(failure?.reason == .unexpected(field: "NumberOfBlocks", expected: "3", seen: "2"))
    }

    @Test func `L1 grows over operations to the signature and begins anew behind it`() throws {
        var requester = try ScriptedRequester.authenticated()
        var passed: [UInt8] = []
        for query in [MeasurementQuery(.count), MeasurementQuery(.one(1)), MeasurementQuery(.one(2), signedBy: 0)] {
            requester.change = { _, response in passed += response }
            _ = try Self.report(&requester, query)
        }
        let first = try #require(Self.claims(requester).first).transcript
        #expect(first.count == 160 + 4 + 42 + 4 + 50 + 37 + 50)
        #expect(first.prefix(4) == [0x10, 0x84, 0, 0])
        _ = try Self.report(&requester, MeasurementQuery(.one(1), signedBy: 0))
        #expect(try #require(Self.claims(requester).first).transcript.count == 160 + 37 + 50)
    }

    @Test func `L1 of SPDM 1_1 has no VCA`() throws {
        var requester = try ScriptedRequester.authenticated(versions: [.v1_1])
        _ = try Self.report(&requester, MeasurementQuery(.one(1), signedBy: 0))
        #expect(try #require(Self.claims(requester).first).transcript.prefix(2) == [0x11, 0xE0])
    }

    @Test func `any other request, and any failure, begins L1 anew`() throws {
        let fresh = 160 + 37 + 50
        for disturb in 0..<3 {
            var requester = try ScriptedRequester.authenticated()
            _ = try Self.report(&requester, MeasurementQuery(.count))
            switch disturb {
            case 0: _ = try requester.outcome(.exchange(vendorDefined: [0x12, 0xFE, 0, 0], in: nil))
            case 1: #expect(try requester.failure(.measure(MeasurementQuery(.one(9)), in: nil)) != nil)
            default:
                requester.results[.getMeasurements] = .failed(.noAnswer)
                #expect(try requester.failure(.measure(MeasurementQuery(.count), in: nil))?.isOutcomeUnknown == true)
            }
            _ = try Self.report(&requester, MeasurementQuery(.one(1), signedBy: 0))
            #expect(try #require(Self.claims(requester).first).transcript.count == fresh, "\(disturb)")
        }
    }

    @Test func `a session has an L1 of its own`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        _ = try requester.outcome(.measure(MeasurementQuery(.count), in: session))
        _ = try requester.outcome(.measure(MeasurementQuery(.count), in: nil))
        _ = try requester.outcome(.measure(MeasurementQuery(.one(1), signedBy: 0), in: session))
        #expect(try #require(Self.claims(requester).first).transcript.count == 160 + 4 + 42 + 37 + 50)
        _ = try requester.outcome(.measure(MeasurementQuery(.count), in: session))
        _ = try requester.outcome(.heartbeat(session))
        _ = try requester.outcome(.measure(MeasurementQuery(.one(1), signedBy: 0), in: session))
        #expect(try #require(Self.claims(requester).first).transcript.count == 160 + 37 + 50)
    }

    @Test func `a nonce of the caller's is sent and none drawn`() throws {
        var requester = try ScriptedRequester.authenticated()
        let nonce = Nonce(InlineArray(repeating: 0x11))
        let report = try Self.report(&requester, MeasurementQuery(.all, signedBy: 0, nonce: nonce))
        #expect(report?.proofs.map(\.nonce) == [nonce])
        #expect(!requester.effects.contains(.draw(.nonce)))
        #expect(requester.requests.first?.request[4] == 0x11)
    }

    @Test func `raw and pending are asked for where the version has them`() throws {
        var requester = try ScriptedRequester.authenticated(versions: [.v1_3])
        _ = try Self.report(&requester, MeasurementQuery(.all, attributes: [.raw, .pending]))
        #expect(requester.requests.first?.request[2] == 6)
        var old = try ScriptedRequester.authenticated(versions: [.v1_1])
        #expect(
            try old.failure(.measure(MeasurementQuery(attributes: .raw), in: nil))?.reason
                == .notPossible(.version(.v1_1)))
        #expect(
            try old.failure(.measure(MeasurementQuery(attributes: .pending), in: nil))?.reason
                == .notPossible(.version(.v1_1)))
    }

    @Test func `signatures need a key that somebody vouched for, and a responder that signs`() throws {
        var requester = ScriptedRequester()
        _ = try requester.outcome(.connect)
        #expect(
            try requester.failure(.measure(MeasurementQuery(signedBy: 0), in: nil))?.reason
                == .notPossible(.notAuthenticated(slot: 0)))
        requester = try .authenticated {
            $0.capabilities.flags.remove(.measurements)
            $0.capabilities.flags.insert(.measurementsUnsigned)
        }
        #expect(
            try requester.failure(.measure(MeasurementQuery(signedBy: 0), in: nil))?.reason
                == .notPossible(.capability(.measurements)))
        let session = SessionID(rawValue: 7)
        #expect(
            try requester.failure(.measure(MeasurementQuery(), in: session))?.reason
                == .notPossible(.noSession(session)))
    }

    @Test(arguments: [
        ("Index", MeasurementQuery.Selection.one(1), 8, UInt8(3)), ("Index", .all, 16, 1), ("Index", .all, 8, 0),
        ("NumberOfBlocks", .count, 4, 1), ("SlotID", .one(1), 3, 1), ("RequesterContext", .one(1), 50, 1),
    ]) func `measurements that are not those asked for are refused`(
        field: String, selection: MeasurementQuery.Selection, offset: Int, byte: UInt8
    ) throws {
        var requester = try ScriptedRequester.authenticated(versions: [.v1_3])
        requester.change = { code, response in
            guard code == .getMeasurements else { return }
            response[offset] = byte
            if field == "NumberOfBlocks" {
                response[5] = 8
                response.insert(contentsOf: [1, 1, 4, 0, 1, 1, 0, 1], at: 8)
            }
        }
        let failure = try #require(try requester.failure(.measure(MeasurementQuery(selection, signedBy: 0), in: nil)))
        guard case .unexpected(field, _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test func `blocks whose sizes disagree are malformed`() throws {
        var requester = try ScriptedRequester.authenticated()
        requester.change = { code, response in if code == .getMeasurements { response[10] = 9 } }
        let failure = try #require(try requester.failure(.measure(MeasurementQuery(.one(1)), in: nil)))
        guard case .malformed(let error) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(error.field == "MeasurementSize")
    }
}

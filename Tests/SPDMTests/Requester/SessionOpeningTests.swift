import SPDM
import Testing

@Suite struct `Requester machine, opening sessions` {
    static let id = SessionID(requester: 0xCAFE, responder: 0xBEEF)
    static let open = RequesterOperation.openSession(SessionWish(.slot(0), summary: .tcb, policy: .terminateOnUpdate))

    static func agreement(_ requester: ScriptedRequester) throws -> RequesterMachine.KeyAgreement {
        let found = requester.effects.compactMap { effect -> RequesterMachine.KeyAgreement? in
            if case .agree(let agreement) = effect { return agreement }
            return nil
        }
        return try #require(found.first)
    }

    static func establishment(_ requester: ScriptedRequester) throws -> RequesterMachine.Establishment {
        let found = requester.effects.compactMap { effect -> RequesterMachine.Establishment? in
            if case .establish(let establishment) = effect { return establishment }
            return nil
        }
        return try #require(found.first)
    }

    static func session(
        _ requester: inout ScriptedRequester, _ operation: RequesterOperation = open
    ) throws -> RequesterSession? {
        if case .sessionOpened(let session)? = try requester.outcome(operation) { return session }
        return nil
    }

    @Test func `a handshake passes in records, but KEY_EXCHANGE`() throws {
        var requester = try ScriptedRequester.authenticated()
        let session = try #require(try Self.session(&requester))
        #expect(session.id == Self.id)
        #expect(session.heartbeatPeriod == 9)
        #expect(session.isEncrypted && !session.isMutual)
        #expect(session.measurementSummary == Array(ScriptedResponder.verifyData))
        #expect(requester.requests.map(\.session) == [nil, Self.id])
        #expect(requester.requests[0].request[2...7] == [1, 0, 0xFE, 0xCA, 1, 0])
        #expect(try Self.agreement(requester).verifyData == Array(ScriptedResponder.verifyData))
        #expect(try Self.establishment(requester).proof == nil)
        #expect(requester.state.sessions == [Self.id])
    }

    @Test func `a handshake in the clear passes in no record, and ends with the responder's proof`() throws {
        var requester = try ScriptedRequester.authenticated(adding: .handshakeInTheClear) {
            $0.capabilities.flags.insert(.handshakeInTheClear)
            $0.mutual = .encapsulated
            $0.encapsulated = [[0x12, 0x81, 0, 0]]
        }
        _ = try #require(try Self.session(&requester))
        #expect(requester.requests.map(\.session) == [nil, nil, nil, nil])
        #expect(try Self.agreement(requester).verifyData == nil)
        let establishment = try Self.establishment(requester)
        #expect(establishment.proof?.verifyData == Array(ScriptedResponder.verifyData))
        #expect(establishment.proof?.transcript == establishment.th2.dropLast(32))
    }

    @Test func `the last DIGESTS are in the transcript when the responder has several keys (1.3)`() throws {
        var plain = try ScriptedRequester.authenticated(versions: [.v1_3])
        _ = try Self.session(&plain)
        var several = try ScriptedRequester.authenticated(versions: [.v1_3]) {
            $0.capabilities.flags.insert(.multiKeyOnly)
        }
        _ = try Self.session(&several)
        let without = try Self.agreement(plain).th1
        let with = try Self.agreement(several).th1
        #expect(with.count == without.count + 4 + 32 + 4)
        #expect(with[160..<164] == [0x13, 0x01, 1, 1])
        #expect(with[200..<232] == without[160..<192])
    }

    @Test(arguments: [
        (KeyExchangeResponse.MutualAuthentication.provisioned, [UInt8]()), (.encapsulated, [0xEA, 0xEB, 0xEB]),
        (.encapsulatedDigests, [0xEB, 0xEB]),
    ]) func `every mode of mutual authentication ends in a signed FINISH`(
        mode: KeyExchangeResponse.MutualAuthentication, flow: [UInt8]
    ) throws {
        var requester = try ScriptedRequester.authenticated {
            $0.mutual = mode
            $0.encapsulated = mode == .encapsulated ? [[0x12, 0x81, 0, 0]] : []
            if mode != .provisioned { $0.encapsulated.append([0x12, 0x82, 0, 0, 0, 0, 0xFF, 0xFF]) }
            $0.slotInAck = mode == .encapsulatedDigests ? 0 : nil
        }
        let session = try #require(try Self.session(&requester))
        #expect(session.isMutual)
        #expect(requester.requests.map { $0.request[1] } == [0xE4] + flow + [0xE5])
        let finish = try #require(requester.requests.last).request
        #expect(finish.prefix(4) == [0x12, 0xE5, 1, 0])
        #expect(finish.count == 4 + 64 + 32)
        let identity = ScriptedRequester.identity
        let signed = requester.effects.compactMap { effect -> [UInt8]? in
            if case .sign(let transcript) = effect { return transcript }
            return nil
        }
        #expect(signed.first?.suffix(36) == identity.digest + finish.prefix(4))
        if mode != .provisioned {
            let answers = requester.requests.filter { $0.request[1] == 0xEB }.map(\.request)
            #expect(answers[0].suffix(36) == [0x12, 1, 0, 1] + identity.digest)
            let certificate: [UInt8] = [0x12, 2, 0, 0, 50, 0, 0, 0] + identity.chain
            #expect(Array(answers[1].dropFirst(4)) == certificate)
        }
    }

    @Test(arguments: [
        (KeyExchangeResponse.MutualAuthentication.provisioned, CapabilityFlags.mutualAuthentication),
        (.encapsulated, .encapsulated), (.encapsulatedDigests, .encapsulated),
    ]) func `mutual authentication that the responder did not announce is refused`(
        mode: KeyExchangeResponse.MutualAuthentication, missing: CapabilityFlags
    ) throws {
        var requester = try ScriptedRequester.authenticated {
            $0.mutual = mode
            $0.capabilities.flags.remove(missing)
        }
        let failure = try #require(try requester.failure(Self.open))
        guard case .unexpected("MutAuthRequested", _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(requester.state.sessions.isEmpty)
    }

    @Test func `two modes at once, and another slot than ours, are refused`() throws {
        var requester = try ScriptedRequester.authenticated { $0.mutual = .init(rawValue: 3) }
        #expect(try requester.failure(Self.open) != nil)
        requester = try .authenticated { $0.mutual = .provisioned }
        requester.change = { code, response in if code == .keyExchange { response[7] = 2 } }
        #expect(
            try requester.failure(Self.open)?.reason == .unexpected(field: "ReqSlotID", expected: "0", seen: "2"))
        requester = try .authenticated {
            $0.mutual = .provisioned
            $0.requesterSlot = KeyExchangeResponse.provisionedKeySlot
        }
        #expect(
            try requester.failure(Self.open)?.reason == .unexpected(field: "ReqSlotID", expected: "0", seen: "15"))
        requester = try .authenticated {
            $0.mutual = .encapsulatedDigests
            $0.slotInAck = 3
        }
        let failure = try requester.failure(Self.open)
        #expect(failure?.reason == .unexpected(field: "ReqSlotNumber", expected: "0", seen: "3"))
        #expect(failure?.loss == .session(Self.id))
    }

    @Test func `the slot in KEY_EXCHANGE_RSP counts for nothing where the flow asks for certificates`() throws {
        var requester = try ScriptedRequester.authenticated {
            $0.mutual = .encapsulatedDigests
            $0.requesterSlot = 3
            $0.encapsulated = [[0x12, 0x82, 0, 0, 0, 0, 0xFF, 0xFF]]
        }
        #expect(try Self.session(&requester)?.isMutual == true)
        #expect(requester.requests.last?.request.prefix(4) == [0x12, 0xE5, 1, 0])
    }

    @Test func `a key that the responder has is slot 15 in KEY_EXCHANGE_RSP and FFh in FINISH`() throws {
        var requester = try ScriptedRequester.knownByKey {
            $0.mutual = .provisioned
            $0.requesterSlot = KeyExchangeResponse.provisionedKeySlot
        }
        #expect(try Self.session(&requester)?.isMutual == true)
        #expect(requester.requests.map { $0.request[1] } == [0xE4, 0xE5])
        let finish = try #require(requester.requests.last).request
        #expect(finish.prefix(4) == [0x12, 0xE5, 1, 0xFF])
        let signed = requester.effects.compactMap { effect -> [UInt8]? in
            if case .sign(let transcript) = effect { return transcript }
            return nil
        }
        #expect(signed.first?.suffix(36) == ScriptedRequester.identity.digest + finish.prefix(4))
        requester.responder.mutual = .none
        requester.responder.requesterSlot = 0
        requester.halves = [0xD00D]
        #expect(try Self.session(&requester)?.isMutual == false)
        #expect(requester.requests.last?.request.prefix(4) == [0x12, 0xE5, 0, 0])
    }

    @Test func `a requester that is known by its key is asked for no slot and no certificate`() throws {
        var requester = try ScriptedRequester.knownByKey { $0.mutual = .provisioned }
        #expect(
            try requester.failure(Self.open)?.reason == .unexpected(field: "ReqSlotID", expected: "15", seen: "0"))
        for mode in [KeyExchangeResponse.MutualAuthentication.encapsulated, .encapsulatedDigests] {
            requester.responder.mutual = mode
            requester.responder.requesterSlot = KeyExchangeResponse.provisionedKeySlot
            let reason = try requester.failure(Self.open)?.reason
            #expect(
                reason
                    == .unexpected(
                        field: "MutAuthRequested", expected: "what both ends can do", seen: String(mode.rawValue)))
        }
    }

    @Test func `heartbeats that were not agreed on are refused`() throws {
        var requester = try ScriptedRequester.authenticated {
            $0.capabilities.flags.remove(.heartbeat)
            $0.heartbeatPeriod = 1
        }
        #expect(
            try requester.failure(Self.open)?.reason == .unexpected(field: "HeartbeatPeriod", expected: "0", seen: "1"))
    }

    static let version1_3 = SecuredMessageVersions.selected(VersionMessage.Entry(rawValue: 0x1300)).element
    static let version1_1 = SecuredMessageVersions.selected(VersionMessage.Entry(rawValue: 0x1100)).element
    static let offer = SecuredMessageVersions.supported([]).element

    @Test(arguments: [[], [version1_3], [version1_1, version1_1], [offer]])
    func `opaque data must select one version of secured messages that was offered`(elements: [OpaqueElement]) throws {
        for key in [SessionWish.Key.slot(0), .psk(hint: [1])] {
            var requester = try ScriptedRequester.authenticated { $0.selected = elements }
            #expect(try requester.failure(.openSession(SessionWish(key))) != nil)
            #expect(requester.state.sessions.isEmpty)
        }
    }

    @Test func `a number that is taken is drawn again, and not for ever`() throws {
        var (requester, first) = try ScriptedRequester.inSession()
        requester.halves = [0xCAFE, 0, 0xD00D]
        let second = try #require(try Self.session(&requester))
        #expect(second.id == SessionID(requester: 0xD00D, responder: 0xBEEF))
        #expect(requester.state.sessions == [first, second.id])
        requester.halves = [UInt16](repeating: 0xD00D, count: 9)
        #expect(try requester.failure(Self.open)?.reason == .notPossible(.noSessionID))
        #expect(requester.halves.count == 1)
        requester.halves = [UInt16](repeating: 0xD00D, count: 9)
        let psk = RequesterOperation.openSession(SessionWish(.psk(hint: [])))
        #expect(try requester.failure(psk)?.reason == .notPossible(.noSessionID))
    }

    @Test func `sessions end one by one`() throws {
        var (requester, first) = try ScriptedRequester.inSession()
        requester.halves = [0xD00D]
        let second = try #require(try Self.session(&requester)).id
        #expect(
            try requester.outcome(.endSession(first, clearsNegotiatedState: false)) == .sessionEnded(first))
        #expect(requester.state.sessions == [second])
        #expect(try requester.failure(.heartbeat(first))?.reason == .notPossible(.noSession(first)))
        #expect(try requester.outcome(.heartbeat(second)) == .heartbeat(second))
        #expect(try requester.outcome(.endSession(second, clearsNegotiatedState: true)) == .sessionEnded(second))
        #expect(requester.state.sessions.isEmpty)
        #expect(requester.state.connection != nil)
    }

    @Test func `nobody vouched, no session`() throws {
        var requester = ScriptedRequester()
        #expect(try requester.failure(Self.open)?.reason == .notPossible(.notConnected))
        _ = try requester.outcome(.connect)
        #expect(try requester.failure(Self.open)?.reason == .notPossible(.notAuthenticated(slot: 0)))
    }

    @Test func `no session against the policy, or without the capability`() throws {
        var requester = try ScriptedRequester.authenticated { $0.capabilities.flags.subtract([.mac]) }
        guard case .notAllowed(let refusal)? = try requester.failure(Self.open)?.reason else {
            Issue.record("opened without MAC")
            return
        }
        #expect(refusal.subject == .protection)
        requester = try .authenticated { $0.capabilities.flags.remove(.keyExchange) }
        #expect(try requester.failure(Self.open)?.reason == .notPossible(.capability(.keyExchange)))
        requester = try .authenticated { $0.capabilities.flags.remove(.pskWithContext) }
        #expect(
            try requester.failure(.openSession(SessionWish(.psk(hint: []))))?.reason
                == .notPossible(.capability(.psk)))
    }
}

// MARK: - Pre-shared keys

extension `Requester machine, opening sessions` {
    @Test func `a pre-shared key needs PSK_FINISH where the responder adds a context`() throws {
        var requester = try ScriptedRequester.authenticated()
        let wish = SessionWish(.psk(hint: [7, 8]))
        let session = try #require(try Self.session(&requester, .openSession(wish)))
        #expect(session.key == .psk(hint: [7, 8]))
        #expect(requester.requests.map { $0.request[1] } == [0xE6, 0xE7])
        #expect(requester.requests.map(\.session) == [nil, Self.id])
        #expect(requester.requests[0].request[12..<14] == [7, 8])
        let th2 = try Self.establishment(requester).th2
        #expect(th2.suffix(40) == [0x12, 0xE7, 0, 0] + ScriptedResponder.verifyData + [0x12, 0x67, 0, 0])
    }

    @Test func `without a context the session stands after PSK_EXCHANGE_RSP`() throws {
        var requester = try ScriptedRequester.authenticated {
            $0.capabilities.flags.remove(.pskWithContext)
            $0.capabilities.flags.insert(.psk)
        }
        _ = try #require(try Self.session(&requester, .openSession(SessionWish(.psk(hint: [])))))
        #expect(requester.requests.map { $0.request[1] } == [0xE6])
        #expect(try Self.establishment(requester).th2.suffix(32) == ScriptedResponder.verifyData)
        #expect(requester.state.sessions == [Self.id])
    }

    @Test func `a context that was not announced, or is missing, is refused`() throws {
        for flag in [CapabilityFlags.psk, .pskWithContext] {
            var requester = try ScriptedRequester.authenticated {
                $0.capabilities.flags.subtract([.psk, .pskWithContext])
                $0.capabilities.flags.insert(flag)
            }
            let other: CapabilityFlags = flag == .psk ? .pskWithContext : .psk
            requester.responder.capabilities.flags = requester.responder.capabilities.flags
                .subtracting(flag).union(other)
            let failure = try #require(try requester.failure(.openSession(SessionWish(.psk(hint: [])))))
            guard case .unexpected("ResponderContextLength", _, _) = failure.reason else {
                Issue.record("\(failure)")
                return
            }
            #expect(requester.state.sessions.isEmpty)
        }
    }

    @Test func `PSK_FINISH passes in a record even where handshakes are in the clear`() throws {
        var requester = try ScriptedRequester.authenticated(adding: .handshakeInTheClear) {
            $0.capabilities.flags.insert(.handshakeInTheClear)
        }
        _ = try Self.session(&requester, .openSession(SessionWish(.psk(hint: []))))
        #expect(requester.requests.map(\.session) == [nil, Self.id])
    }
}

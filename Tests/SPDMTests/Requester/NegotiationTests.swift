import SPDM
import Testing

@Suite struct `Requester machine, negotiation` {
    @Test(arguments: [SPDMVersion.v1_1, .v1_2, .v1_3]) func `the best of ours that the responder has is taken`(
        version: SPDMVersion
    ) throws {
        var requester = ScriptedRequester(versions: [.v1_3, .v1_2, .v1_1].filter { $0 <= version })
        guard case .connected(let negotiated)? = try requester.outcome(.connect) else {
            Issue.record("not connected")
            return
        }
        #expect(negotiated.version == version)
        #expect(requester.requests.map { $0.request[0] } == [0x10, version.rawValue, version.rawValue])
        #expect(requester.state.connection?.negotiated == negotiated)
    }

    @Test func `a responder without our version is refused by name`() throws {
        var requester = ScriptedRequester(versions: [.v1_3, .v1_2])
        requester.responder.versions = [0x1000, 0x1100, 0x1400, 0x1301]
        let failure = try #require(try requester.failure(.connect))
        #expect(failure.loss == .connection)
        guard case .notAllowed(let refusal) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(refusal.subject == .version)
    }

    @Test func `flags that a version does not have are not announced in it`() throws {
        for (version, expected) in [(SPDMVersion.v1_1, false), (.v1_2, true)] {
            var requester = ScriptedRequester(versions: [version])
            let announced = try requester.outcome(.connect)
            guard case .connected(let negotiated)? = announced else {
                Issue.record("not connected")
                return
            }
            #expect(negotiated.requester.flags.contains(.chunk) == expected)
            #expect(!negotiated.requester.flags.contains(.measurements))
        }
    }

    @Test(
        arguments: [
            ([.measurements, .measurementsUnsigned], []), ([.psk], []), ([.publicKeyID], []), ([], [.mac, .encrypt]),
            ([], [.certificate]),
        ] as [(CapabilityFlags, CapabilityFlags)]) func `capabilities that contradict each other are refused`(
            added: CapabilityFlags, removed: CapabilityFlags
        ) throws
    {
        var requester = ScriptedRequester()
        requester.responder.capabilities.flags.formUnion(added)
        requester.responder.capabilities.flags.subtract(removed)
        let failure = try #require(try requester.failure(.connect))
        #expect(failure.request == .getCapabilities)
        guard case .unexpected(let field, _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(field == "Flags")
    }

    @Test(arguments: [(UInt32(41), UInt32(0x1000), "DataTransferSize"), (0x1000, 0xFFF, "MaxSPDMmsgSize")])
    func `sizes that contradict each other are refused`(transfer: UInt32, maximum: UInt32, field: String) throws {
        var requester = ScriptedRequester()
        requester.responder.capabilities.dataTransferSize = transfer
        requester.responder.capabilities.maximumMessageSize = maximum
        let failure = try #require(try requester.failure(.connect))
        guard case .unexpected(field, _, _) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test(arguments: [
        (12, UInt8(0xFF), PolicyRefusal.Subject.signature), (16, 0x03, .hash), (38, 0x04, .exchangeGroup),
        (42, 0, .cipherSuite), (6, 0, .measurementSpecification), (7, 0, .opaqueFormat),
    ]) func `algorithms that were not offered, or more than one, are refused by name`(
        offset: Int, byte: UInt8, subject: PolicyRefusal.Subject
    ) throws {
        var requester = ScriptedRequester()
        requester.change = { code, response in if code == .negotiateAlgorithms { response[offset] = byte } }
        let failure = try #require(try requester.failure(.connect))
        guard case .notAllowed(let refusal) = failure.reason else {
            Issue.record("\(failure)")
            return
        }
        #expect(refusal.subject == subject)
        #expect(failure.loss == .connection)
        #expect(requester.state.connection == nil)
    }

    @Test func `a responder that wants several keys of us is refused`() throws {
        var requester = ScriptedRequester(versions: [.v1_3])
        requester.change = { code, response in if code == .negotiateAlgorithms { response[7] |= 0x10 } }
        let reason = try requester.failure(.connect)?.reason
        #expect(reason == .unexpected(field: "MultiKeyConn", expected: "0", seen: "1"))
    }

    @Test func `a log format that was not offered is refused`() throws {
        var requester = ScriptedRequester(versions: [.v1_3])
        requester.change = { code, response in if code == .negotiateAlgorithms { response[31] = 1 } }
        let reason = try requester.failure(.connect)?.reason
        #expect(reason == .unexpected(field: "MELspecificationSel", expected: "0", seen: "1"))
    }

    @Test(arguments: [
        (CapabilityFlags.multiKeyOnly, false, true), (.multiKeySelectable, true, true),
        (.multiKeySelectable, false, false), (CapabilityFlags(), true, false),
    ]) func `several keys of the responder are asked for where it has no choice, or has and we prefer them`(
        flags: CapabilityFlags, prefers: Bool, expected: Bool
    ) throws {
        var requester = ScriptedRequester(versions: [.v1_3], prefersSeveralKeys: prefers)
        requester.responder.capabilities.flags.formUnion(flags)
        guard case .connected(let negotiated)? = try requester.outcome(.connect) else {
            Issue.record("not connected")
            return
        }
        #expect(negotiated.sizes.multiKey == expected)
        #expect((requester.requests[2].request[7] & 0x10 != 0) == expected)
    }

    @Test func `connecting again ends every session`() throws {
        var (requester, session) = try ScriptedRequester.inSession()
        #expect(requester.state.sessions == [session])
        _ = try requester.outcome(.connect)
        #expect(requester.state.sessions.isEmpty)
        #expect(requester.state.connection?.keyHashes.isEmpty == true)
    }

    @Test func `NEGOTIATE_ALGORITHMS goes under the terms of CAPABILITIES`() throws {
        var requester = ScriptedRequester()
        requester.responder.capabilities.dataTransferSize = 42
        _ = try requester.outcome(.connect)
        #expect(requester.requests.map(\.terms.peerTransferSize) == [nil, nil, 42])
        #expect(requester.requests.map(\.terms.hasChunks) == [false, false, true])
    }
}

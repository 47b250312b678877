import SPDM
import SPDMVectors
import Testing
import WireBytes

@Suite struct `Requester machine in recorded runs` {
    @Test(arguments: RecordedRun.names) func `every request is the recorded one, every transcript too`(
        name: String
    ) throws {
        var requester = try RecordedRequester(name)
        try requester.live()
        let run = requester.run
        for effect in requester.effects {
            switch effect {
            case .verifyChain(let claim): #expect(claim.chain == (try run.bytes("chain")))
            case .agree(let agreement):
                #expect(agreement.th1 == (try run.bytes("th1_input")))
                #expect(agreement.signature.transcript == (try run.bytes("kex_sign_input")))
                #expect(agreement.signature.signature == (try run.bytes("kex_signature")))
                #expect((agreement.verifyData == nil) == name.contains("hic"))
            case .derive(let derivation): #expect(derivation.th1 == (try run.bytes("th1_input")))
            case .establish(let establishment):
                #expect(establishment.th2 == (try run.bytes("th2_input")))
                #expect((establishment.proof != nil) == name.contains("hic"))
            default: continue
            }
        }
        #expect(requester.state.name == "connected")
        #expect(requester.state.sessions.isEmpty)
    }

    @Test(arguments: RecordedRun.names) func `no answer in any state leaves no session that was not there`(
        name: String
    ) throws {
        var requester = try RecordedRequester(name)
        try requester.live()
        for (state, result) in requester.passed {
            guard case .answered = result else { continue }
            let before = state.connection?.sessions.map(\.id) ?? []
            let transition = RequesterMachine.step(state, .result(.failed(.noAnswer)))
            guard case .fail(let failure) = transition.effect else {
                Issue.record("\(state.name): \(transition.effect)")
                continue
            }
            #expect(failure.reason == .noAnswer)
            #expect(failure.isOutcomeUnknown)
            #expect(failure.request == state.request)
            #expect(transition.next.isResting)
            #expect(Set(transition.next.sessions).isSubset(of: before), "\(state.name)")
        }
    }

    @Test(arguments: ["min-enc-v1.1", "min-enc-v1.3", "min-hic-v1.2", "meas-v1.2", "psk-enc-v1.2", "hb-keyupd-v1.2"])
    func `a response that ends early is refused, wherever it ends`(name: String) throws {
        var requester = try RecordedRequester(name)
        try requester.live()
        for (state, result) in requester.passed where state.name != "awaitingVendorResponse" {
            guard case .answered(let whole) = result else { continue }
            let message = requester.conversation.messages.first { whole.starts(with: $0.bytes) && $0.bytes.count > 3 }
            for count in 0..<(try #require(message).bytes.count) {
                let transition = RequesterMachine.step(state, .result(.answered(Array(whole.prefix(count)))))
                guard case .fail(let failure) = transition.effect else {
                    Issue.record("\(state.name), \(count) bytes: \(transition.effect)")
                    continue
                }
                guard case .malformed = failure.reason else {
                    Issue.record("\(state.name), \(count) bytes: \(failure)")
                    continue
                }
                #expect(transition.next.isResting)
            }
        }
    }

    @Test(arguments: RecordedRun.names) func `a response with more behind it than padding is refused`(
        name: String
    ) throws {
        var requester = try RecordedRequester(name)
        try requester.live()
        let opaque = ["awaitingVendorResponse", "awaitingEncapsulatedRequest", "awaitingEncapsulatedAck"]
        for (state, result) in requester.passed where !opaque.contains(state.name) {
            guard case .answered(let whole) = result else { continue }
            let transition = RequesterMachine.step(state, .result(.answered(whole + [0, 0, 0, 0])))
            guard case .fail(let failure) = transition.effect, case .malformed(let error) = failure.reason else {
                Issue.record("\(state.name): \(transition.effect)")
                continue
            }
            #expect(error.code == .trailingBytes)
        }
    }
}

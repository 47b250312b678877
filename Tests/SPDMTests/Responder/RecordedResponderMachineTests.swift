import OpenSSLCrypto
import SPDM
import SPDMVectors
import Testing

/// The machine answers the requests of a recorded run; what it has others do has the recorded outcome.
@Suite struct `Responder and recorded runs` {
    /// Outcomes of effects, in the order of the recorded responses.
    private struct Outcomes {
        let run: RecordedRun
        let conversation: Conversation
        var profile = ResponderProfile()
        var identities = Responder.Identities()
        private var responses: [SPDMResponse]

        init(_ run: RecordedRun) throws {
            self.run = run
            conversation = try Conversation(run)
            responses = conversation.messages.compactMap {
                if case .response(let response) = $0.content { response } else { nil }
            }
            for response in responses { try describe(response) }
            if run.has("requester_chain") {
                let chain = try run.bytes("requester_chain")
                identities.requesterDigest = try run.hash.digest(of: chain.span)
            }
        }

        private mutating func describe(_ response: SPDMResponse) throws {
            switch response {
            case .capabilities(let message): profile.capabilities = message.responder
            case .algorithms(let message):
                profile.signatures = message.asymmetric
                profile.measurementHash = message.measurementHash
                profile.policy = AlgorithmPolicy(
                    name: "recorded", versions: [try run.version], hashes: [message.hash],
                    signatures: [message.asymmetric],
                    requesterSignatures: [message.tables.requesterAsymmetric ?? []],
                    groups: [message.tables.exchange ?? []], suites: [message.tables.aead ?? []],
                    requiresEncryption: false)
            case .digests(let message):
                profile.supportedSlots = message.supportedSlots
                let chain = try run.bytes("chain")
                identities = Responder.Identities(
                    slots: (0..<8).compactMap { slot in
                        message.digest(ofSlot: slot).map {
                            Responder.Identities.Slot(number: slot, chain: chain, digest: Array($0))
                        }
                    })
            case .keyExchange(let message):
                profile.heartbeatPeriod = message.heartbeatPeriod
                profile.mutualAuthentication = .init(message.mutualAuthentication, slot: message.requesterSlot)
            case .pskExchange(let message): profile.heartbeatPeriod = message.heartbeatPeriod
            default: break
            }
        }

        /// The response that is to come next.
        var next: SPDMResponse? { responses.first }
        mutating func drop() { responses.removeFirst() }

        /// What comes of an effect, to make the next response the recorded one; nil when there is nothing to do.
        func outcome(of effect: Responder.Effect) throws -> Responder.Event? {
            switch (effect, next) {
            case (.loadIdentities, _): return .identitiesLoaded(identities)
            case (.drawChallenge, .challengeAuth(let message)):
                return .challengeDrawn(message.nonce, summary: Array(message.measurementSummary))
            case (.sign(let demand), .challengeAuth(let message)):
                return try signed(message.signature, demand.transcript)
            case (.measure, .measurements(let message)):
                return .measured(
                    Responder.Measured(nonce: message.nonce, blocks: try message.blocks(), change: message.change))
            case (.sign(let demand), .measurements(let message)):
                return try signed(message.signature, demand.transcript)
            case (.beginExchange, .keyExchange(let message)):
                return .exchangeBegun(
                    Responder.ExchangeBegun(
                        random: message.random, sessionHalf: message.responderSessionID,
                        exchange: Array(message.exchange), summary: Array(message.measurementSummary)))
            case (.openSession(let opening), .keyExchange(let message)):
                #expect(Array(opening.transcript.input(.exchangeSignature)) == (try run.bytes("kex_sign_input")))
                #expect(
                    opening.transcript.bytes + message.signature == (try run.bytes("th1_input")))
                return .sessionOpened(
                    signature: Array(message.signature), verifyData: Array(message.verifyData))
            case (.beginPSK(let demand), .pskExchange(let message)):
                #expect(demand.hint == Array("TestPskHint\0".utf8))
                #expect(demand.contextSize == message.context.count)
                return .pskBegun(
                    Responder.PSKBegun(
                        sessionHalf: message.responderSessionID, context: Array(message.context),
                        summary: Array(message.measurementSummary)))
            case (.openPSKSession(let opening), .pskExchange(let message)):
                #expect(opening.transcript.bytes == (try run.bytes("th1_input")))
                return .pskSessionOpened(verifyData: Array(message.verifyData))
            case (.verifyFinish, .finish(let message)): return .finishVerified(verifyData: message.verifyData)
            case (.verifyFinish, .pskFinish): return .finishVerified(verifyData: [])
            case (.verifyRequester(let evidence), _):
                #expect(evidence.chain == (try run.bytes("requester_chain")))
                return .requesterVerified(digest: try run.hash.digest(of: evidence.chain.span))
            default: return nil
            }
        }

        /// A signature, if it is one over the transcript.
        private func signed(_ signature: ArraySlice<UInt8>, _ transcript: [UInt8]) throws -> Responder.Event {
            #expect(transcript.starts(with: conversation.vca))
            return .signed(Array(signature))
        }
    }

    @Test(arguments: RecordedRun.names) func `every response and every transcript is the recorded one`(
        name: String
    ) throws {
        let run = try RecordedRun(name)
        var outcomes = try Outcomes(run)
        var machine = Responder(outcomes.profile)
        var established = false
        for (request, answer) in zip(outcomes.conversation.messages, outcomes.conversation.messages.dropFirst()) {
            guard request.bytes[1] & 0x80 != 0 else { continue }
            let session = request.isSecured ? SessionID(requester: 0xFFFF, responder: 0xFFFF) : nil
            var event = Responder.Event.received(request.bytes + request.rest, over: session, at: 0)
            var effect = Responder.Effect.none
            while true {
                let transition = Responder.step(machine, event)
                machine = transition.next
                effect = transition.effect
                if case .deliver(let bytes, over: session) = effect {
                    #expect(bytes == request.bytes)
                    event = .vendorAnswered(answer.bytes)
                } else if let outcome = try outcomes.outcome(of: effect) {
                    event = outcome
                } else {
                    break
                }
            }
            guard case .respond(let response) = effect else {
                Issue.record("\(effect) to \(request.content)")
                return
            }
            #expect(response.bytes == answer.bytes)
            #expect(response.session == session)
            if case .establish(_, let th2) = response.keys {
                established = true
                #expect(th2 == (try run.bytes("th2_input")))
            }
            if case .response = answer.content { outcomes.drop() }
        }
        #expect(established)
        #expect(outcomes.next == nil)
        #expect(machine.sessions.isEmpty)
    }
}

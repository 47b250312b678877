import OpenSSLCrypto
import SPDM
import SPDMVectors
import Testing

/// A requester machine that lives a recorded run: what it draws is what was drawn, what it asks for is taken as right,
/// and the responder says what it said.
struct RecordedRequester {
    let run: RecordedRun
    let conversation: Conversation
    let script: RequesterScript
    private(set) var state: RequesterMachine.State
    /// Every state that waited for a result, with the result that came.
    private(set) var passed: [(state: RequesterMachine.State, result: RequesterMachine.Result)] = []
    private(set) var outcomes: [RequesterOutcome] = []
    /// The effects that name cryptography.
    private(set) var effects: [RequesterMachine.Effect] = []
    private var position = 0
    private var nonces: ArraySlice<Nonce>

    init(_ name: String) throws {
        run = try RecordedRun(name)
        conversation = try Conversation(run)
        script = try RequesterScript(run, conversation)
        state = RequesterMachine.initial(script.offer)
        nonces = script.nonces[...]
    }

    /// Does everything that the recorded requester did.
    mutating func live() throws {
        for operation in script.operations { outcomes.append(try perform(operation)) }
        #expect(position == conversation.messages.count)
    }

    private mutating func perform(_ operation: RequesterOperation) throws -> RequesterOutcome {
        var transition = RequesterMachine.step(state, .begin(operation))
        while true {
            state = transition.next
            if case .finish(let outcome) = transition.effect { return outcome }
            let result = try result(of: transition.effect)
            passed.append((state, result))
            transition = RequesterMachine.step(state, .result(result))
        }
    }

    private mutating func result(of effect: RequesterMachine.Effect) throws -> RequesterMachine.Result {
        switch effect {
        case .exchange(let exchange): return .answered(try answer(exchange))
        case .draw(let draw): return .drew(try drawn(draw))
        case .verifyChain, .verifySignature, .agree, .derive, .establish, .updateKey:
            effects.append(effect)
            return .succeeded
        case .presentIdentity:
            let chain = try run.bytes("requester_chain")
            return .drew(.identity(OwnIdentity(chain: chain, digest: try run.hash.digest(of: chain.span))))
        case .sign:
            effects.append(effect)
            return .computed(script.signature)
        case .authenticate:
            effects.append(effect)
            let verifyData = conversation.messages[position].bytes.suffix(try run.hash.digestByteCount)
            return .computed(Array(verifyData))
        case .none, .refuse, .fail, .finish, .admitProvisionedKey: throw Surprise(effect: effect)
        }
    }

    /// An effect that a recorded run has not.
    struct Surprise: Error {
        let effect: RequesterMachine.Effect
    }

    private mutating func answer(_ exchange: RequesterMachine.Exchange) throws -> [UInt8] {
        let request = conversation.messages[position]
        let response = conversation.messages[position + 1]
        position += 2
        #expect(exchange.request == request.bytes)
        #expect((exchange.session != nil) == request.isSecured)
        return response.bytes + response.rest
    }

    private mutating func drawn(_ draw: RequesterMachine.Draw) throws -> RequesterMachine.Drawn {
        switch draw {
        case .nonce:
            let nonce = nonces.popFirst()
            return .nonce(try #require(nonce))
        case .keyShare:
            let random = nonces.popFirst()
            return .keyShare(sessionID: script.sessionID, random: try #require(random), exchange: script.exchange)
        case .pskShare(let size):
            #expect(script.context.count == size)
            return .pskShare(sessionID: script.sessionID, context: script.context)
        case .tags: return .tags(update: script.tags[0], verification: script.tags[1])
        }
    }
}

extension RequesterMachine.State {
    /// The state's name: that of its case.
    var name: String { String(String(describing: self).prefix { $0 != "(" }) }
}

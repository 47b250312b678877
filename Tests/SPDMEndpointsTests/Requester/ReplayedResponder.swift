import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

/// Chance as it was in a recorded run.
struct RequesterChance: HandshakeChance, ~Copyable {
    private let script: RequesterScript
    private let secret: [UInt8]
    private var nonces: ArraySlice<Nonce>

    init(_ script: RequesterScript, secret: [UInt8]) {
        self.script = script
        self.secret = secret
        nonces = script.nonces[...]
    }

    static func missing(_ what: String) -> CryptoError { CryptoError(operation: what, reasons: ["not recorded"]) }

    mutating func nonce() throws(CryptoError) -> Nonce {
        guard let nonce = nonces.popFirst() else { throw Self.missing("nonce") }
        return nonce
    }

    mutating func sessionIDHalf() throws(CryptoError) -> UInt16 { script.sessionID }

    mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        let bytes = count == 2 ? script.tags : script.context
        guard bytes.count == count else { throw Self.missing("\(count) bytes") }
        return bytes
    }

    mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8] { script.exchange }

    mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes {
        SecretBytes(copying: secret.span)
    }

    mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] { script.signature }
}

/// The recorded requester's chain, with a key that is never used: its signature was recorded too.
final class RequesterIdentity: SlotIdentity {
    let recorded: [UInt8]
    let key: PrivateKey

    init(_ chain: [UInt8]) throws {
        recorded = chain
        key = try PrivateKey(generating: .p256)
    }

    var signatures: BaseAsymmetricAlgorithms { [.rsassa2048, .rsapss2048, .rsassa3072, .rsapss3072] }

    func chain(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8] { recorded }

    func withKey<Value>(
        _ body: (borrowing PrivateKey) throws(CryptoError) -> Value
    ) throws(CryptoError) -> Value { try body(key) }
}

/// The responder of a recorded run, which says what it said whatever it is asked.
struct ReplayedResponder {
    let run: RecordedRun
    let conversation: Conversation
    let script: RequesterScript
    /// The objects without discovery, with the place of the payload.
    private let objects: [TransportMessage]
    private var position = 0
    /// Whether it looks at what it is asked. Who is lied to may ask something else.
    var looks = true

    init(_ name: String) throws {
        run = try RecordedRun(name)
        conversation = try Conversation(run)
        script = try RequesterScript(run, conversation)
        objects = try run.steps.compactMap { step in
            let object = try DOEObject.decode(step.object.span)
            guard object.type != .discovery else { return nil }
            return TransportMessage(
                isSecured: object.type == .securedSPDM, bytes: Array(step.object[object.payload]))
        }
    }

    /// A time at which the recorded certificates are valid.
    static let time: Int64 = 1_780_000_000

    /// What a requester may lack.
    enum Lack {
        case trust, identity, preSharedKey
    }

    /// The requester that the run recorded.
    func requester(
        without lack: Lack? = nil, recordLimit: UInt64 = SessionKeys.recordLimit,
        keyLog: RequesterSettings.KeyLog? = nil
    ) throws -> SPDMRequester {
        let isPSK = run.has("psk_value")
        let secret = try run.bytes(isPSK ? "psk_value" : "dhe_secret")
        let chain = run.has("requester_chain") && lack != .identity ? try run.bytes("requester_chain") : nil
        let psk = PreSharedKey(hint: Array("TestPskHint\0".utf8), secret: SecretBytes(copying: secret.span))
        let settings = RequesterSettings(
            offer: script.offer,
            trust: lack == .trust ? ResponderTrust(DeviceTrust(.roots([]))) : try trust(),
            identity: try chain.map(RequesterIdentity.init), preSharedKeys: lack == .preSharedKey ? [] : [psk],
            recordLimit: recordLimit, keyLog: keyLog)
        return SPDMRequester(settings, chance: RequesterChance(script, secret: secret))
    }

    /// DMTF's samples are believed, with what is loose in them.
    private func trust() throws -> ResponderTrust {
        guard run.has("chain") else { return ResponderTrust(DeviceTrust(.roots([]))) }
        let bytes = try run.bytes("chain")
        let place = try SPDMCertificateChain.decode(bytes.span, hashSize: try run.hash.digestByteCount).certificates
        let root = try #require(try CertificateChain.split(bytes.span.extracting(place)).first)
        return ResponderTrust(DeviceTrust(.roots([root]), deviations: Set(CertificateDeviation.allCases)))
    }

    /// What comes next on the wire: the recorded request, which `request` must be but for padding, and its response.
    mutating func answer(_ request: TransportMessage) throws -> TransportMessage {
        let recorded = objects[position]
        if looks {
            #expect(request.isSecured == recorded.isSecured)
            let padding = [UInt8](repeating: 0, count: -request.bytes.count & 3)
            #expect(request.bytes + padding == recorded.bytes)
        }
        position += 2
        return objects[position - 1]
    }

    /// Whether the run is over.
    var isOver: Bool { position == objects.count }

    /// The code of the message that comes next from the responder.
    var nextResponse: MessageCode { MessageCode(rawValue: conversation.messages[position + 1].bytes[1]) }
}

/// Runs an operation against a recorded responder to its end. `change` may change what the responder says.
func perform(
    _ operation: RequesterOperation, _ requester: inout SPDMRequester, _ responder: inout ReplayedResponder,
    change: (MessageCode, inout TransportMessage) -> Void = { _, _ in }
) throws -> SPDMRequester.Step {
    var step = requester.begin(operation, at: ReplayedResponder.time)
    while case .send(let message) = step {
        let code = responder.nextResponse
        var answer = try responder.answer(message)
        change(code, &answer)
        step = requester.receive(answer)
    }
    return step
}

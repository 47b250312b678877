import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Testing

/// What the responder of a recorded run drew, to be drawn again in the same order.
///
/// A signature is given out only if it is one over the input at hand, by the recorded chain's key.
struct RecordedChance: HandshakeChance, ~Copyable {
    /// What is still to be drawn.
    private struct Draws {
        var nonces: [Nonce] = []
        var halves: [UInt16] = []
        var contexts: [[UInt8]] = []
        var exchanges: [[UInt8]] = []
        var secrets: [[UInt8]] = []
        var signatures: [[UInt8]] = []

        init(_ conversation: Conversation) {
            for message in conversation.messages {
                if case .response(let response) = message.content { add(response) }
            }
        }

        private mutating func add(_ response: SPDMResponse) {
            switch response {
            case .challengeAuth(let response):
                nonces.append(response.nonce)
                signatures.append(Array(response.signature))
            case .measurements(let response):
                nonces.append(response.nonce)
                if !response.signature.isEmpty { signatures.append(Array(response.signature)) }
            case .keyExchange(let response):
                nonces.append(response.random)
                halves.append(response.responderSessionID)
                exchanges.append(Array(response.exchange))
                signatures.append(Array(response.signature))
            case .pskExchange(let response):
                halves.append(response.responderSessionID)
                contexts.append(Array(response.context))
            default: break
            }
        }
    }

    private var draws: Draws
    private let publicKey: [UInt8]

    init(_ run: RecordedRun, _ conversation: Conversation) throws {
        let publicKey = run.has("chain") ? try Self.leafKey(of: run.bytes("chain"), run.hash) : []
        var draws = Draws(conversation)
        if run.has("dhe_secret") { draws.secrets = [try run.bytes("dhe_secret")] }
        self.publicKey = publicKey
        self.draws = draws
    }

    static func leafKey(of chain: [UInt8], _ hash: HashAlgorithm) throws -> [UInt8] {
        let place = try SPDMCertificateChain.decode(chain.span, hashSize: hash.digestByteCount).certificates
        let leaf = try #require(try CertificateChain.split(chain.span.extracting(place), limit: 16).last)
        return try Certificate(leaf).subjectPublicKeyInfo
    }

    private static func next<Value>(_ values: inout [Value]) throws(CryptoError) -> Value {
        guard !values.isEmpty else { throw CryptoError(operation: "recorded run", reasons: ["drew no more"]) }
        return values.removeFirst()
    }

    mutating func nonce() throws(CryptoError) -> Nonce { try Self.next(&draws.nonces) }
    mutating func sessionIDHalf() throws(CryptoError) -> UInt16 { try Self.next(&draws.halves) }
    mutating func bytes(_ count: Int) throws(CryptoError) -> [UInt8] { try Self.next(&draws.contexts) }

    mutating func beginExchange(_ group: KeyExchangeGroup) throws(CryptoError) -> [UInt8] {
        try Self.next(&draws.exchanges)
    }

    mutating func finishExchange(_ peer: [UInt8]) throws(CryptoError) -> SecretBytes {
        let secret = try Self.next(&draws.secrets)
        return SecretBytes(copying: secret.span)
    }

    mutating func sign(
        _ input: SigningContext.Input, with key: borrowing PrivateKey, hash: HashAlgorithm,
        using algorithm: SignatureAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        let signature = try Self.next(&draws.signatures)
        let key = try PublicKey(subjectPublicKeyInfo: publicKey.span)
        guard try key.isValid(signature.span, for: input, hash: hash, using: algorithm) else {
            throw CryptoError(operation: "recorded run", reasons: ["signed something else"])
        }
        return signature
    }
}

/// A recorded chain with the digest that DIGESTS told; the key that signs for it is not known. Of slots that were not
/// read, the digest is all that there is.
final class RecordedIdentity: SlotIdentity {
    let signatures: BaseAsymmetricAlgorithms
    private let chain: [UInt8]
    private let digest: [UInt8]
    private let otherKey: PrivateKey

    init(_ chain: [UInt8], _ digest: [UInt8], _ signatures: BaseAsymmetricAlgorithms) throws {
        let key = try PrivateKey(generating: .p256)
        self.chain = chain
        self.digest = digest
        self.signatures = signatures
        otherKey = key
    }

    func chain(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8] { chain }
    func chainDigest(rootHash hash: HashAlgorithm) throws(DeviceIdentityError) -> [UInt8] { digest }

    func withKey<Value>(
        _ body: (borrowing PrivateKey) throws(CryptoError) -> Value
    ) throws(CryptoError) -> Value { try body(otherKey) }
}

extension ResponderSettings {
    /// The settings of the responder in a recorded run, as its messages show them.
    init(_ run: RecordedRun, _ conversation: Conversation) throws {
        var profile = ResponderProfile()
        var asymmetric: BaseAsymmetricAlgorithms = []
        var digests = Digests(provisionedSlots: 1, digests: [])
        for message in conversation.messages {
            switch message.content {
            case .response(.capabilities(let response)): profile.capabilities = response.responder
            case .response(.algorithms(let response)):
                profile.measurementHash = response.measurementHash
                profile.policy = AlgorithmPolicy(selecting: response, try run.version)
                asymmetric = response.asymmetric
            case .response(.digests(let response)):
                profile.supportedSlots = response.supportedSlots
                digests = response
            case .response(.keyExchange(let response)):
                profile.heartbeatPeriod = response.heartbeatPeriod
                profile.mutualAuthentication = ResponderProfile.MutualAuthentication(
                    response.mutualAuthentication, slot: response.requesterSlot)
            case .response(.pskExchange(let response)): profile.heartbeatPeriod = response.heartbeatPeriod
            default: continue
            }
        }
        let chain = run.has("chain") ? try run.bytes("chain") : []
        let slots = try (0..<8).compactMap { (number: UInt8) in
            try digests.digest(ofSlot: number).map { digest in
                ResponderSlot(number, try RecordedIdentity(number == 0 ? chain : [], Array(digest), asymmetric))
            }
        }
        self.init(
            profile: profile, slots: slots,
            measurements: try DeviceMeasurement.recorded, preSharedKeys: try PreSharedKey.recorded(run),
            requesterTrust: try RequesterTrust.recorded(run))
    }
}

extension AlgorithmPolicy {
    init(selecting algorithms: Algorithms, _ version: SPDMVersion) {
        self.init(
            name: "recorded", versions: [version], hashes: [algorithms.hash], signatures: [algorithms.asymmetric],
            requesterSignatures: [algorithms.tables.requesterAsymmetric ?? []],
            groups: [algorithms.tables.exchange ?? []], suites: [algorithms.tables.aead ?? []],
            requiresEncryption: false)
    }
}

extension PreSharedKey {
    static func recorded(_ run: RecordedRun) throws -> [PreSharedKey] {
        guard run.has("psk_value") else { return [] }
        let bytes = try run.bytes("psk_value")
        return [PreSharedKey(hint: Array("TestPskHint\0".utf8), secret: SecretBytes(copying: bytes.span))]
    }
}

extension DeviceMeasurement {
    /// The measurements of the recorded device, which all runs have in common.
    static var recorded: [DeviceMeasurement] {
        get throws {
            let conversation = try Conversation(RecordedRun("meas-v1.2"))
            for message in conversation.messages {
                guard case .response(.measurements(let response)) = message.content else { continue }
                return try response.blocks().map { block in
                    DeviceMeasurement(
                        index: block.index, kind: block.kind,
                        value: block.isRaw ? .raw(Array(block.value)) : .digest(Array(block.value)))
                }
            }
            return []
        }
    }
}

extension RequesterTrust {
    /// Trust in the root of the recorded requester, whose sample certificates follow few rules.
    static func recorded(_ run: RecordedRun) throws -> RequesterTrust? {
        guard run.has("requester_chain") else { return nil }
        let chain = try run.bytes("requester_chain")
        let place = try SPDMCertificateChain.decode(chain.span, hashSize: run.hash.digestByteCount).certificates
        let root = try #require(try CertificateChain.split(chain.span.extracting(place), limit: 16).first)
        return RequesterTrust(
            DeviceTrust(.roots([root]), deviations: Set(CertificateDeviation.allCases)), provisionedChain: chain)
    }
}

import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

/// What two ends can agree on.
struct Combination: Hashable, Sendable {
    /// How a session comes about.
    enum Way: CaseIterable {
        /// Only the responder shows who it is.
        case oneSided
        /// The requester does too, when the responder asks for it.
        case mutual
        /// Both have the same key already.
        case preSharedKey
        /// As one-sided, but FINISH passes in no record.
        case inTheClear
    }

    var version = SPDMVersion.v1_2
    var hash = BaseHashAlgorithms.sha256
    var signature = BaseAsymmetricAlgorithms.ecdsaP256
    var group = ExchangeGroups.secp256r1
    var suite = AEADSuites.aes256GCM
    var way = Way.oneSided
    /// DataTransferSize of both ends, in bytes.
    var transferSize: UInt32 = 4096

    static let versions: [SPDMVersion] = [.v1_1, .v1_2, .v1_3]
    static let hashes: [BaseHashAlgorithms] = [.sha256, .sha384, .sha512]
    static let signatures: [BaseAsymmetricAlgorithms] = [
        .ecdsaP256, .ecdsaP384, .ecdsaP521, .rsassa2048, .rsapss2048, .rsassa3072, .rsapss3072, .rsassa4096,
        .rsapss4096,
    ]
    static let groups: [ExchangeGroups] = [.secp256r1, .secp384r1, .secp521r1, .ffdhe2048, .ffdhe3072]
    static let suites: [AEADSuites] = [.aes128GCM, .aes256GCM, .chaCha20Poly1305]

    /// All there are.
    static let all = versions.flatMap { version in
        hashes.flatMap { hash in
            signatures.flatMap { signature in
                groups.flatMap { group in
                    suites.flatMap { suite in
                        Way.allCases.map { way in
                            Combination(
                                version: version, hash: hash, signature: signature, group: group, suite: suite,
                                way: way)
                        }
                    }
                }
            }
        }
    }
}

extension Combination: CustomTestStringConvertible {
    var testDescription: String { "\(version) \(hash) \(signature) \(group) \(suite) \(way)" }
}

// MARK: - Pairs of values

extension Combination {
    /// Two values that occur together.
    typealias ValuePair = Set<AnyHashable>

    private var values: [AnyHashable] { [version, hash, signature, group, suite, way] }

    /// All pairs of values in it.
    var pairs: Set<ValuePair> { Self.pairs([values.map { [$0] }]) }

    /// All pairs of values that there can be, whatever combinations there are.
    static var allPairs: Set<ValuePair> { pairs([[versions, hashes, signatures, groups, suites, Way.allCases]]) }

    private static func pairs(_ tables: [[[AnyHashable]]]) -> Set<ValuePair> {
        var pairs: Set<ValuePair> = []
        for table in tables {
            for (place, column) in table.enumerated() {
                for other in table[(place + 1)...] {
                    for value in column { pairs.formUnion(other.map { [value, $0] }) }
                }
            }
        }
        return pairs
    }

    /// So many combinations that every pair of values occurs in one: of all, in an order that a seed decides, those in
    /// which a pair occurs that occurs in none before.
    static func covering(seed: UInt64) -> [Combination] {
        var random = SeededRandom(state: seed)
        var left = allPairs
        return all.shuffled(using: &random).filter { combination in
            let count = left.count
            if count > 0 { left.subtract(combination.pairs) }
            return left.count < count
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

import Foundation
import OpenSSLCrypto
import SPDM
import Testing

/// A run of another implementation, as `Vectors/README.md` describes it.
struct RecordedRun {
    /// What stands inside a secured record.
    struct Inside {
        var isHandshake: Bool
        var sequence: UInt64
        var nonce: [UInt8]
        var message: [UInt8]
    }

    /// One DOE object.
    struct Step {
        var isRequest: Bool
        var object: [UInt8]
        var inside: Inside?
    }

    static let names = [
        "alg-SHA_256-ECDSA_P256-SECP_256_R1-AES_256_GCM", "alg-SHA_512-RSAPSS_3072-SECP_384_R1-CHACHA20_POLY1305",
        "hb-keyupd-v1.2", "maconly-v1.2", "meas-v1.2", "min-enc-v1.1", "min-enc-v1.2", "min-enc-v1.3", "min-hic-v1.2",
        "mut-wencap-enc-v1.2", "psk-enc-v1.2",
    ]

    let steps: [Step]
    private let values: [String: String]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Vectors/\(name)", withExtension: "txt"))
        var steps: [Step] = []
        var values: [String: String] = [:]
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "=" {
                values[String(words[1])] = String(words[2])
            } else {
                steps.append(try Self.step(words))
            }
        }
        self.steps = steps
        self.values = values
    }

    private static func step(_ words: [Substring]) throws -> Step {
        let object = try #require([UInt8](hex: words[1]))
        guard words.count > 2 else { return Step(isRequest: words[0] == ">", object: object) }
        let inside = Inside(
            isHandshake: words[2] == "hs", sequence: try #require(UInt64(words[3])),
            nonce: try #require([UInt8](hex: words[4])), message: try #require([UInt8](hex: words[5])))
        return Step(isRequest: words[0] == ">", object: object, inside: inside)
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) throws -> String { try #require(values[name], "\(name)") }

    func bytes(_ name: String) throws -> [UInt8] { try #require([UInt8](hex: try text(name)), "\(name)") }

    var hash: HashAlgorithm {
        get throws { try #require(HashAlgorithm(rawValue: try text("hash"))) }
    }

    var version: SPDMVersion {
        get throws { SPDMVersion(rawValue: try #require(UInt8(try text("version"), radix: 16))) }
    }
}

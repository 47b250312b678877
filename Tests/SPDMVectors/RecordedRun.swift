internal import Foundation
public import OpenSSLCrypto
public import SPDM

/// A run of another implementation, as `Vectors/README.md` describes it.
public struct RecordedRun {
    /// What stands inside a secured record.
    public struct Inside {
        /// Whether it is under the handshake keys.
        public var isHandshake: Bool
        /// The number that is part of its nonce.
        public var sequence: UInt64
        /// The nonce, 12 bytes.
        public var nonce: [UInt8]
        /// The SPDM message.
        public var message: [UInt8]
    }

    /// One DOE object.
    public struct Step {
        /// Whether the requester sent it.
        public var isRequest: Bool
        /// The whole object.
        public var object: [UInt8]
        /// What is inside, of a secured message.
        public var inside: Inside?
    }

    /// The runs that there are.
    public static let names = [
        "alg-SHA_256-ECDSA_P256-SECP_256_R1-AES_256_GCM", "alg-SHA_512-RSAPSS_3072-SECP_384_R1-CHACHA20_POLY1305",
        "hb-keyupd-v1.2", "maconly-v1.2", "meas-v1.2", "min-enc-v1.1", "min-enc-v1.2", "min-enc-v1.3", "min-hic-v1.2",
        "mut-wencap-enc-v1.2", "psk-enc-v1.2",
    ]

    /// The objects in order.
    public let steps: [Step]
    private let values: [String: String]

    /// Reads a run. Throws ``RecordedRunError`` when it is not there or not of the format.
    public init(_ name: String) throws {
        guard let url = Bundle.module.url(forResource: "Vectors/\(name)", withExtension: "txt") else {
            throw RecordedRunError(missing: name)
        }
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
        let object = try required([UInt8](hex: words[1]), "object")
        guard words.count > 2 else { return Step(isRequest: words[0] == ">", object: object) }
        let inside = Inside(
            isHandshake: words[2] == "hs", sequence: try required(UInt64(words[3]), "sequence"),
            nonce: try required([UInt8](hex: words[4]), "nonce"),
            message: try required([UInt8](hex: words[5]), "message"))
        return Step(isRequest: words[0] == ">", object: object, inside: inside)
    }

    /// Whether the run says something of this name.
    public func has(_ name: String) -> Bool { values[name] != nil }

    /// What the run says.
    public func text(_ name: String) throws -> String { try required(values[name], name) }

    /// What the run says, as bytes.
    public func bytes(_ name: String) throws -> [UInt8] { try required([UInt8](hex: try text(name)), name) }

    /// The negotiated hash.
    public var hash: HashAlgorithm {
        get throws { try required(HashAlgorithm(rawValue: try text("hash")), "hash") }
    }

    /// The negotiated version.
    public var version: SPDMVersion {
        get throws { SPDMVersion(rawValue: try required(UInt8(try text("version"), radix: 16), "version")) }
    }
}

/// A recorded run is not there, or not as its README says.
public struct RecordedRunError: Error, CustomStringConvertible {
    /// What is missing or malformed.
    public let description: String

    init(missing name: String) { description = "no \(name)" }
}

func required<Value>(_ value: Value?, _ name: String) throws -> Value {
    guard let value else { throw RecordedRunError(missing: name) }
    return value
}

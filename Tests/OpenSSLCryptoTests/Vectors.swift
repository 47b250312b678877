import Foundation
import OpenSSLCrypto
import Testing

/// The content of a file under `Vectors`.
func vector(_ path: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.resourceURL).appending(path: "Vectors").appending(path: path)
    return [UInt8](try Data(contentsOf: url))
}

/// A line of a text file under `Vectors`: its fields as they stand there.
struct VectorLine: Sendable {
    let fields: [Substring]

    /// The name that the origin gave the case.
    var name: Substring { fields[0] }
    /// Whether the origin calls the case valid; what it leaves open is neither.
    var isValid: Bool { fields[1] == "valid" }
    var isInvalid: Bool { fields[1] == "invalid" }

    func bytes(_ index: Int) -> [UInt8] { OpenSSLCryptoTests.bytes(hex: String(fields[index])) }
}

/// The lines of a text file under `Vectors`, at least one.
func vectorLines(_ name: String) throws -> [VectorLine] {
    let text = String(decoding: try vector("\(name).txt"), as: UTF8.self)
    let lines = text.split(separator: "\n").dropFirst().map { VectorLine(fields: $0.split(separator: " ")) }
    try #require(!lines.isEmpty)
    return lines
}

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: bytes.span) }

func contents(_ secret: borrowing SecretBytes) -> [UInt8] {
    secret.withBytes { span in span.indices.map { span[$0] } }
}

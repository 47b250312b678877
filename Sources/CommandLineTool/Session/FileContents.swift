internal import Foundation
internal import OpenSSLCrypto
internal import SPDMTransport

/// Files that are named on the command line.
enum FileContents {
    /// All bytes of a file. Throws ``Failure``.
    static func read(_ file: String) throws(Failure) -> [UInt8] { Array(try data(file)) }

    private static func data(_ file: String) throws(Failure) -> Data {
        do {
            return try Data(contentsOf: URL(filePath: file))
        } catch {
            let isThere = FileManager.default.fileExists(atPath: file)
            throw Failure(isThere ? .failed : .notFound, "cannot read \(file): \(systemReason(of: error))")
        }
    }

    /// The bytes of a file that is a secret, which nothing keeps but the result; a warning when others can read it. Throws
    /// ``Failure``.
    static func readSecret(_ file: String) throws(Failure) -> SecretBytes {
        var data = try data(file)
        defer { data.resetBytes(in: data.indices) }
        let mode = try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        if let mode, mode & 0o077 != 0 {
            Console.err(
                "tdispctl: warning: others can use the secret in \(file) (mode \(String(mode, radix: 8))): chmod 600\n")
        }
        return SecretBytes(copying: data.span)
    }
}

/// A block of PEM (RFC 7468).
enum PEM {
    /// The bytes of the first block whose label ends with `label`; what is no PEM is DER already. Nil when there is no such
    /// block, or it is damaged.
    static func der(_ bytes: [UInt8], _ label: String) -> [UInt8]? {
        // DER begins with the tag of a sequence; PEM is text.
        guard bytes.first != 0x30 else { return bytes }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let block = lines.drop { !($0.hasPrefix("-----BEGIN ") && $0.hasSuffix("\(label)-----")) }
            .dropFirst().prefix { !$0.hasPrefix("-----END ") }
        return block.isEmpty ? nil : Data(base64Encoded: block.joined()).map { [UInt8]($0) }
    }
}

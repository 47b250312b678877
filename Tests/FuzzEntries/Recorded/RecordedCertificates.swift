internal import OpenSSLCrypto
internal import SPDM
internal import SPDMVectors

/// The certificates in the recorded runs.
enum RecordedCertificates {
    /// A time at which all are valid: 2025-01-01 00:00 UTC.
    static let time: Int64 = 1_735_689_600

    /// All of them, each once.
    static let all: Result<[[UInt8]], BrokenInvariant> = recorded { () throws in
        var found: [[UInt8]] = []
        for name in RecordedRun.names {
            let chains = try chains(of: try RecordedRun(name))
            let certificates = try chains.flatMap { try CertificateChain.split($0.certificates.span, limit: 16) }
            found += certificates.filter { !found.contains($0) }
        }
        return found
    }

    /// Whether a certificate is one that signed itself.
    static func isRoot(_ encoding: [UInt8]) -> Bool {
        (try? Certificate(encoding)).map { $0.subject == $0.issuer } ?? false
    }

    /// A certificate chain as SPDM carries it.
    struct Chain {
        let bytes: [UInt8]
        let hashSize: Int
        /// The certificates behind each other.
        let certificates: [UInt8]

        init(_ bytes: [UInt8], hashSize: Int) throws {
            self.bytes = bytes
            self.hashSize = hashSize
            certificates = Array(bytes[try SPDMCertificateChain.decode(bytes.span, hashSize: hashSize).certificates])
        }
    }

    /// The certificate chains of a run.
    static func chains(of run: RecordedRun) throws -> [Chain] {
        let hashSize = try run.hash.digestByteCount
        return try ["chain", "requester_chain"].filter(run.has).map { try Chain(run.bytes($0), hashSize: hashSize) }
    }
}

/// What is made of the recorded runs, which can be read as long as nobody breaks them.
func recorded<Value>(_ body: () throws -> Value) -> Result<Value, BrokenInvariant> {
    Result { try body() }.mapError { BrokenInvariant("a recorded run cannot be read: \($0)") }
}

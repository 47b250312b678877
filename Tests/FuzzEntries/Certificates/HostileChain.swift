internal import OpenSSLCrypto
internal import SPDM

/// A certificate chain that a script puts together.
struct HostileChain {
    /// The certificates that are there to be used: those of the recorded runs.
    private let pool: [[UInt8]]
    private var certificates: [[UInt8]] = []
    /// The certificates that were made for it.
    private(set) var issued: [[UInt8]] = []
    private var rootHash: [UInt8]?
    private var length: Int?

    init() throws(BrokenInvariant) { pool = try RecordedCertificates.all.get() }

    /// Takes a step of the script.
    mutating func take(_ step: (what: UInt8, which: Int), _ script: inout Script) throws(BrokenInvariant) {
        switch step.what {
        case 0: certificates.append(pool[step.which % pool.count])
        case 1: certificates.append(script.longMessage())
        case 2: changeLast { $0.flip(script.number()) }
        case 3: changeLast { $0.removeLast(min($0.count, script.number())) }
        case 4: for _ in 0...step.which { certificates += certificates.suffix(1) }
        case 5: certificates.append([UInt8](repeating: 0, count: script.number()))
        case 6: try issue(step.which, script.message())
        default: if step.which == 0 { length = script.number() } else { rootHash = script.message() }
        }
    }

    /// The chain as CERTIFICATE carries it. Root hash and length are right unless the script says otherwise.
    func bytes(hash: HashAlgorithm) -> [UInt8] {
        let first = certificates.first ?? []
        let digest = rootHash ?? (try? hash.digest(of: first.span)) ?? []
        let body = Array(certificates.joined())
        let count = length ?? 4 + digest.count + body.count
        return [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8), 0, 0] + digest + body
    }

    /// Whether a certificate was made by those whose roots are trusted.
    func knows(_ encoding: [UInt8]) -> Bool { pool.contains(encoding) || issued.contains(encoding) }

    private mutating func changeLast(_ body: (inout [UInt8]) -> Void) {
        guard !certificates.isEmpty else { return }
        body(&certificates[certificates.count - 1])
    }

    /// The root of the authority and a leaf of it, which says `text` where `which` tells.
    private mutating func issue(_ which: Int, _ text: [UInt8]) throws(BrokenInvariant) {
        let authority = try HostileAuthority.shared.get()
        let value = [0x0C, UInt8(clamping: text.count)] + text
        let leaf = authority.leaf { template in
            switch which & 7 {
            case 0: template.otherNames = [OtherName(type: "2.23.147", value: value)]
            case 1: template.otherNames = [OtherName(type: "1.3.6.1.4.1.412.274.1", value: value)]
            case 2: template.extensions = [CertificateExtension(type: "1.3.6.1.4.1.412.274.6", value: text)]
            case 3: template.extensions = [CertificateExtension(type: "2.5.29.17", value: text)]
            case 4: template.extensions = [CertificateExtension(type: "2.5.29.37", isCritical: true, value: text)]
            case 5: template.commonName = String(decoding: text, as: UTF8.self)
            case 6: template.otherNames = [OtherName(type: "2.23.147", value: text)]
            default: template.extendedKeyUsage = ["1.3.6.1.4.1.412.274.\(text.first ?? 3)"]
            }
        }
        guard let leaf else { return }
        issued += [authority.root.encoding, leaf]
        certificates = [authority.root.encoding, leaf]
    }
}

extension [UInt8] {
    /// Flips a bit, if there is one.
    fileprivate mutating func flip(_ place: Int) {
        guard !isEmpty else { return }
        let place = place % (8 * count)
        self[place / 8] ^= 1 << UInt8(place % 8)
    }
}

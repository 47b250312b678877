internal import WireBytes

/// DHE: groups for KEY_EXCHANGE (DSP0274, table 16). Unknown bits survive.
public struct ExchangeGroups: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Finite field of 2048 bits (RFC 7919).
    public static let ffdhe2048 = Self(rawValue: 1 << 0)
    /// Finite field of 3072 bits.
    public static let ffdhe3072 = Self(rawValue: 1 << 1)
    /// Finite field of 4096 bits.
    public static let ffdhe4096 = Self(rawValue: 1 << 2)
    /// Curve P-256: X and Y of 32 bytes, big-endian.
    public static let secp256r1 = Self(rawValue: 1 << 3)
    /// Curve P-384: X and Y of 48 bytes.
    public static let secp384r1 = Self(rawValue: 1 << 4)
    /// Curve P-521: X and Y of 66 bytes.
    public static let secp521r1 = Self(rawValue: 1 << 5)

    /// Bytes of exchange data when exactly one group is chosen, 0 when none is, nil otherwise or when it is not known.
    public var exchangeSize: Int? {
        switch self {
        case []: 0
        case .ffdhe2048: 256
        case .ffdhe3072: 384
        case .ffdhe4096: 512
        case .secp256r1: 64
        case .secp384r1: 96
        case .secp521r1: 132
        default: nil
        }
    }
}

/// AEAD: cipher suites of a session (DSP0274, table 17). Unknown bits survive.
public struct AEADSuites: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// AES-128-GCM.
    public static let aes128GCM = Self(rawValue: 1 << 0)
    /// AES-256-GCM; the one that TDISP wants.
    public static let aes256GCM = Self(rawValue: 1 << 1)
    /// ChaCha20-Poly1305.
    public static let chaCha20Poly1305 = Self(rawValue: 1 << 2)

    /// Bytes of a key when exactly one known suite is chosen, nil otherwise.
    public var keySize: Int? {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaCha20Poly1305: 32
        default: nil
        }
    }
}

/// KeySchedule: how keys are derived (DSP0274, table 19).
public struct KeySchedules: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The schedule of the specification, ``KeySchedule``.
    public static let spdm = Self(rawValue: 1 << 0)
}

/// The algorithm structure tables at the end of NEGOTIATE_ALGORITHMS and ALGORITHMS, from SPDM 1.1 on (DSP0274, table
/// 15).
///
/// Each is `type u8 | count u8 (7:4 bytes of the mask = 2, 3:0 extended algorithms) | mask u16 | extended u32 x count`.
/// Tables of other types and extended algorithms are skipped on reading and never written. Nil is a table that is not
/// there.
public struct AlgorithmTables: Hashable, Sendable {
    /// Type 2.
    public var exchange: ExchangeGroups?
    /// Type 3.
    public var aead: AEADSuites?
    /// Type 4; 16 bits.
    public var requesterAsymmetric: BaseAsymmetricAlgorithms?
    /// Type 5.
    public var keySchedule: KeySchedules?

    /// Creates tables.
    public init(
        exchange: ExchangeGroups? = nil, aead: AEADSuites? = nil,
        requesterAsymmetric: BaseAsymmetricAlgorithms? = nil, keySchedule: KeySchedules? = nil
    ) {
        self.exchange = exchange
        self.aead = aead
        self.requesterAsymmetric = requesterAsymmetric
        self.keySchedule = keySchedule
    }

    /// How many tables are there; Param1 of the message.
    var count: Int {
        (exchange == nil ? 0 : 1) + (aead == nil ? 0 : 1) + (requesterAsymmetric == nil ? 0 : 1)
            + (keySchedule == nil ? 0 : 1)
    }

    static func read(_ count: UInt8, _ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> Self {
        var tables = AlgorithmTables()
        var last: UInt8 = 0
        for _ in 0..<count {
            let start = cursor.offset
            let type = try cursor.uint8(bytes, "AlgType")
            guard type > last else { throw WireError(.invalidValue, at: start, in: "AlgType") }
            last = type
            let sizes = try cursor.uint8(bytes, "AlgCount")
            guard sizes >> 4 == 2 else { throw WireError(.invalidValue, at: start + 1, in: "AlgCount") }
            tables.set(type, to: try cursor.uint16(bytes, "AlgSupported"))
            try cursor.skip(4 * Int(sizes & 0xF), "AlgExternal")
        }
        return tables
    }

    private mutating func set(_ type: UInt8, to mask: UInt16) {
        switch type {
        case 2: exchange = ExchangeGroups(rawValue: mask)
        case 3: aead = AEADSuites(rawValue: mask)
        case 4: requesterAsymmetric = BaseAsymmetricAlgorithms(rawValue: UInt32(mask))
        case 5: keySchedule = KeySchedules(rawValue: mask)
        default: break
        }
    }

    func write(to writer: inout WireWriter) {
        Self.write(2, exchange?.rawValue, to: &writer)
        Self.write(3, aead?.rawValue, to: &writer)
        Self.write(4, requesterAsymmetric.map { UInt16(truncatingIfNeeded: $0.rawValue) }, to: &writer)
        Self.write(5, keySchedule?.rawValue, to: &writer)
    }

    private static func write(_ type: UInt8, _ mask: UInt16?, to writer: inout WireWriter) {
        guard let mask else { return }
        writer.uint8(type)
        writer.uint8(0x20)
        writer.uint16(mask)
    }
}

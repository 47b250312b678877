/// BaseHashAlgo: hash functions for transcripts, digests and keys (DSP0274, table 15). Unknown bits survive.
public struct BaseHashAlgorithms: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt32

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// SHA-256.
    public static let sha256 = Self(rawValue: 1 << 0)
    /// SHA-384.
    public static let sha384 = Self(rawValue: 1 << 1)
    /// SHA-512.
    public static let sha512 = Self(rawValue: 1 << 2)

    /// Bytes of a digest when exactly one function is chosen, 0 when none is, nil otherwise or when it is not known
    /// here.
    public var digestSize: Int? {
        switch self {
        case []: 0
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        default: nil
        }
    }
}

/// BaseAsymAlgo and ReqBaseAsymAlg: signatures (DSP0274, tables 15 and 18). Unknown bits survive; ReqBaseAsymAlg has
/// 16.
public struct BaseAsymmetricAlgorithms: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt32

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// RSASSA-PKCS1-v1_5 with a key of 2048 bits.
    public static let rsassa2048 = Self(rawValue: 1 << 0)
    /// RSASSA-PSS with a key of 2048 bits.
    public static let rsapss2048 = Self(rawValue: 1 << 1)
    /// RSASSA-PKCS1-v1_5 with a key of 3072 bits.
    public static let rsassa3072 = Self(rawValue: 1 << 2)
    /// RSASSA-PSS with a key of 3072 bits.
    public static let rsapss3072 = Self(rawValue: 1 << 3)
    /// ECDSA on P-256: R and S of 32 bytes, big-endian.
    public static let ecdsaP256 = Self(rawValue: 1 << 4)
    /// RSASSA-PKCS1-v1_5 with a key of 4096 bits.
    public static let rsassa4096 = Self(rawValue: 1 << 5)
    /// RSASSA-PSS with a key of 4096 bits.
    public static let rsapss4096 = Self(rawValue: 1 << 6)
    /// ECDSA on P-384: R and S of 48 bytes.
    public static let ecdsaP384 = Self(rawValue: 1 << 7)
    /// ECDSA on P-521: R and S of 66 bytes.
    public static let ecdsaP521 = Self(rawValue: 1 << 8)

    /// Bytes of a signature when exactly one algorithm is chosen, 0 when none is, nil otherwise or when it is not
    /// known.
    public var signatureSize: Int? {
        switch self {
        case []: 0
        case .rsassa2048, .rsapss2048: 256
        case .rsassa3072, .rsapss3072: 384
        case .rsassa4096, .rsapss4096: 512
        case .ecdsaP256: 64
        case .ecdsaP384: 96
        case .ecdsaP521: 132
        default: nil
        }
    }
}

/// MeasurementHashAlgo of ALGORITHMS: how measurement blocks are hashed (DSP0274, table 21).
public struct MeasurementHashAlgorithms: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt32

    /// Creates a set from its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Raw bit streams only, no digests.
    public static let rawOnly = Self(rawValue: 1 << 0)
    /// SHA-256.
    public static let sha256 = Self(rawValue: 1 << 1)
    /// SHA-384.
    public static let sha384 = Self(rawValue: 1 << 2)
    /// SHA-512.
    public static let sha512 = Self(rawValue: 1 << 3)
}

/// OtherParamsSupport and OtherParamsSelection (SPDM 1.2; DSP0274, tables 15 and 21).
public struct OtherParameters: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// OpaqueDataFmt0: the format of opaque data is the vendor's.
    public static let opaqueFormat0 = Self(rawValue: 1 << 0)
    /// OpaqueDataFmt1: opaque data is a list of elements, ``OpaqueElement``.
    public static let opaqueFormat1 = Self(rawValue: 1 << 1)
    /// MultiKeyConn (1.3): the peer uses several keys on this connection.
    public static let multiKey = Self(rawValue: 1 << 4)
}

/// MeasurementSpecification: who defines the content of a measurement block.
public struct MeasurementSpecifications: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The DMTF's format.
    public static let dmtf = Self(rawValue: 1 << 0)
}

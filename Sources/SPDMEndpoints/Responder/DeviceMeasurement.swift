internal import OpenSSLCrypto
public import SPDM

/// Something that a device measures.
public struct DeviceMeasurement: Hashable, Sendable {
    /// What is told of it.
    public enum Value: Hashable, Sendable {
        /// A digest that was made when the device started, by the hash that ALGORITHMS tells for measurements.
        case digest([UInt8])
        /// A bit stream, told raw when asked for and else as its digest.
        case bitStream([UInt8])
        /// A bit stream that says something only as it is, such as a version.
        case raw([UInt8])
    }

    /// Its index, 1...254.
    public var index: UInt8
    /// What is measured.
    public var kind: MeasurementBlock.Kind
    /// What is told of it.
    public var value: Value
    /// Whether it is part of the trusted computing base, which has a summary hash of its own.
    public var isTrustedComputingBase: Bool

    /// Creates a measurement.
    public init(index: UInt8, kind: MeasurementBlock.Kind, value: Value, isTrustedComputingBase: Bool = true) {
        self.index = index
        self.kind = kind
        self.value = value
        self.isTrustedComputingBase = isTrustedComputingBase
    }

    /// The block in MEASUREMENTS. `hash` is nil when bit streams can only be told raw.
    ///
    /// Throws ``CryptoError`` when the digest cannot be computed.
    func block(isRaw: Bool, hash: HashAlgorithm?) throws(CryptoError) -> MeasurementBlock {
        switch value {
        case .digest(let digest): return MeasurementBlock(index: index, kind: kind, isRaw: false, value: digest[...])
        case .raw(let bits): return MeasurementBlock(index: index, kind: kind, isRaw: true, value: bits[...])
        case .bitStream(let bits):
            guard let hash, !isRaw else {
                return MeasurementBlock(index: index, kind: kind, isRaw: true, value: bits[...])
            }
            let digest = try hash.digest(of: bits.span)
            return MeasurementBlock(index: index, kind: kind, isRaw: false, value: digest[...])
        }
    }
}

extension [DeviceMeasurement] {
    /// The blocks of all, by index.
    func blocks(isRaw: Bool, hash: HashAlgorithm?) throws(CryptoError) -> [MeasurementBlock] {
        var blocks: [MeasurementBlock] = []
        for measurement in sorted(by: { $0.index < $1.index }) {
            blocks.append(try measurement.block(isRaw: isRaw, hash: hash))
        }
        return blocks
    }

    /// The summary hash: of the blocks that are meant, one behind the other (DSP0274, 10.8). Empty when none is wanted.
    func summary(
        _ summary: MeasurementSummary, measurementHash: HashAlgorithm?, hash: HashAlgorithm
    ) throws(CryptoError) -> [UInt8] {
        let meant: [DeviceMeasurement]
        switch summary {
        case .all: meant = self
        case .tcb: meant = filter(\.isTrustedComputingBase)
        default: return []
        }
        let bytes = try meant.blocks(isRaw: false, hash: measurementHash).flatMap { $0.encoded() }
        return try hash.digest(of: bytes.span)
    }
}

extension HashAlgorithm {
    /// The function that hashes measurements; nil when they are only told raw.
    init?(_ selected: MeasurementHashAlgorithms) {
        switch selected {
        case .sha256: self = .sha256
        case .sha384: self = .sha384
        case .sha512: self = .sha512
        default: return nil
        }
    }
}

/// Where an emulated host draws its random bytes: nonces and keys of its own making, never anything that protects more
/// than the model.
public protocol EntropySource: Sendable {
    /// The next 64 bits, or nil when there are none.
    mutating func next() -> UInt64?

    /// A source of its own for a part of the host. By default one that is seeded from this one, so that the parts of a
    /// replay do not disturb each other; nothing more when this one is dry.
    mutating func fork() -> any EntropySource
}

extension EntropySource {
    /// A generator seeded from this source.
    public mutating func fork() -> any EntropySource {
        guard let seed = next() else { return self }
        return SeededEntropy(seed: seed)
    }
}

extension EntropySource {
    /// 32 bytes, or nil when the source runs dry.
    mutating func bytes32() -> InlineArray<32, UInt8>? {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for word in 0..<4 {
            guard let value = next() else { return nil }
            for index in 0..<8 { bytes[8 * word + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
        }
        return bytes
    }
}

/// A generator that gives the same bytes for the same seed (SplitMix64), so that a replay is bit-identical.
public struct SeededEntropy: EntropySource, Hashable {
    private var state: UInt64

    /// Creates a generator.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits; never nil.
    public mutating func next() -> UInt64? {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

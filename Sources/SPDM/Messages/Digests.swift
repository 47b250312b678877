internal import WireBytes

/// GET_DIGESTS, 4 bytes: asks which certificate chains there are (DSP0274, 10.6).
public struct GetDigests: Hashable, Sendable {
    /// Creates the request.
    public init() {}

    /// The four bytes on the wire.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4)
        MessageHeader(version, .getDigests).write(to: &writer)
        return writer.bytes
    }
}

/// DIGESTS: a digest of the certificate chain of every slot that holds one (DSP0274, 10.6).
///
/// | offset | size | field |
/// |---|---|---|
/// | 2 | 1 | Param1: slots that can hold a chain, a bit each (1.3) |
/// | 3 | 1 | Param2: slots that hold one, a bit each: n bits are set |
/// | 4 | n x H | digests, lowest slot first |
/// | .. | n | KeyPairID of each, only with several keys (1.3) |
/// | .. | n | CertificateInfo of each, likewise |
/// | .. | 2 x n | KeyUsageMask of each, likewise |
public struct Digests: Hashable, Sendable {
    /// Slots that can hold a chain, from 1.3 on; else 0.
    public var supportedSlots: UInt8
    /// Slots that hold a chain.
    public var provisionedSlots: UInt8
    /// The digests, one behind the other.
    public var digests: ArraySlice<UInt8>
    /// KeyPairID, CertificateInfo and KeyUsageMask, 4 bytes for each slot in the order of the wire; empty without
    /// several keys.
    public var keys: ArraySlice<UInt8>

    /// Creates the response.
    public init(
        supportedSlots: UInt8 = 0, provisionedSlots: UInt8, digests: ArraySlice<UInt8>, keys: ArraySlice<UInt8> = []
    ) {
        self.supportedSlots = supportedSlots
        self.provisionedSlots = provisionedSlots
        self.digests = digests
        self.keys = keys
    }

    /// The digest of the chain in `slot`; nil when it holds none.
    public func digest(ofSlot slot: UInt8) -> ArraySlice<UInt8>? {
        guard slot < 8, provisionedSlots >> slot & 1 == 1 else { return nil }
        let size = digests.count / provisionedSlots.nonzeroBitCount
        let place = (provisionedSlots & ((1 << slot) - 1)).nonzeroBitCount
        return digests.dropFirst(place * size).prefix(size)
    }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor, _ sizes: NegotiatedSizes
    ) throws(WireError) -> Digests {
        let count = header.param2.nonzeroBitCount
        let digests = try cursor.range(count * sizes.hash, "Digest")
        let hasKeys = sizes.multiKey && header.version >= .v1_3
        let keys = try cursor.range(hasKeys ? 4 * count : 0, "KeyPairID")
        let copy = cursor.copy(bytes)
        return Digests(
            supportedSlots: header.version >= .v1_3 ? header.param1 : 0, provisionedSlots: header.param2,
            digests: copy[digests], keys: copy[keys])
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 4 + digests.count + keys.count)
        MessageHeader(
            version, MessageCode.getDigests.response, param1: version >= .v1_3 ? supportedSlots : 0,
            param2: provisionedSlots
        ).write(to: &writer)
        writer.append(digests)
        if version >= .v1_3 { writer.append(keys) }
        return writer.bytes
    }
}

internal import WireBytes

/// The fields of TDISP_CAPABILITIES, 44 bytes with the header (TDISP 1.0, 11.3.7).
///
/// | offset | size | field |
/// |---|---|---|
/// | 16 | 4 | DSM_CAPS, reserved |
/// | 20 | 16 | REQ_MSGS_SUPPORTED |
/// | 36 | 2 | LOCK_INTERFACE_FLAGS_SUPPORTED |
/// | 38 | 3 | reserved |
/// | 41 | 1 | DEV_ADDR_WIDTH |
/// | 42 | 1 | NUM_REQ_THIS |
/// | 43 | 1 | NUM_REQ_ALL |
///
/// The request, GET_TDISP_CAPABILITIES, carries four bytes of TSM_CAPS, all reserved (20 bytes).
public struct TDISPCapabilities: Hashable, Sendable {
    /// Which requests the DSM takes.
    public var requests: RequestSet
    /// Which lock flags it can honour.
    public var lockFlags: LockFlags
    /// How many address bits the device can emit: 52 is bits 51:0.
    public var addressWidth: UInt8
    /// How many requests may be outstanding for this TDI.
    public var outstandingPerInterface: UInt8
    /// How many requests may be outstanding for all TDIs of the DSM together.
    public var outstandingPerDevice: UInt8

    /// Creates capabilities.
    public init(
        requests: RequestSet = .mandatory, lockFlags: LockFlags, addressWidth: UInt8 = 52,
        outstandingPerInterface: UInt8 = 1, outstandingPerDevice: UInt8
    ) {
        self.requests = requests
        self.lockFlags = lockFlags
        self.addressWidth = addressWidth
        self.outstandingPerInterface = outstandingPerInterface
        self.outstandingPerDevice = outstandingPerDevice
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> TDISPCapabilities {
        try cursor.skip(4, "DSM_CAPS")
        let low = try cursor.uint64(bytes, "REQ_MSGS_SUPPORTED")
        let high = try cursor.uint64(bytes, "REQ_MSGS_SUPPORTED")
        let flags = LockFlags(rawValue: try cursor.uint16(bytes, "LOCK_INTERFACE_FLAGS_SUPPORTED"))
        try cursor.skip(3, "reserved")
        return TDISPCapabilities(
            requests: RequestSet(rawValue: UInt128(low) | UInt128(high) << 64),
            lockFlags: flags.intersection(.all),
            addressWidth: try cursor.uint8(bytes, "DEV_ADDR_WIDTH"),
            outstandingPerInterface: try cursor.uint8(bytes, "NUM_REQ_THIS"),
            outstandingPerDevice: try cursor.uint8(bytes, "NUM_REQ_ALL"))
    }

    func write(to writer: inout WireWriter) {
        writer.zeros(4)
        writer.uint64(UInt64(truncatingIfNeeded: requests.rawValue))
        writer.uint64(UInt64(truncatingIfNeeded: requests.rawValue >> 64))
        writer.uint16(lockFlags.intersection(.all).rawValue)
        writer.zeros(3)
        writer.uint8(addressWidth)
        writer.uint8(outstandingPerInterface)
        writer.uint8(outstandingPerDevice)
    }
}

/// REQ_MSGS_SUPPORTED: a map of 128 bits in which bit `n` stands for request code `80h + n`.
public struct RequestSet: Hashable, Sendable {
    /// The map; bit 0 is bit 0 of its first byte.
    public let rawValue: UInt128

    /// Creates a set from its map.
    public init(rawValue: UInt128) { self.rawValue = rawValue }

    /// Creates the set of `types`; what is not a request is left out.
    public init(_ types: [TDISPMessageType]) {
        rawValue = types.reduce(0) { $0 | Self.bit(of: $1) }
    }

    /// The seven requests that every DSM takes: first byte FEh.
    public static let mandatory = RequestSet(rawValue: 0xFE)

    /// Whether the map has the bit of this request.
    public func contains(_ type: TDISPMessageType) -> Bool { rawValue & Self.bit(of: type) != 0 }

    /// The set with the requests of `other` as well.
    public func union(_ other: RequestSet) -> RequestSet { RequestSet(rawValue: rawValue | other.rawValue) }

    /// The requests that are in both sets.
    public func intersection(_ other: RequestSet) -> RequestSet { RequestSet(rawValue: rawValue & other.rawValue) }

    private static func bit(of type: TDISPMessageType) -> UInt128 {
        type.isRequest ? 1 << UInt128(type.rawValue & 0x7F) : 0
    }
}

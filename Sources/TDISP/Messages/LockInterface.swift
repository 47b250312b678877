public import PCIe
internal import WireBytes

/// The fields of LOCK_INTERFACE_REQUEST, 36 bytes with the header (TDISP 1.0, 11.3.8).
///
/// | offset | size | field |
/// |---|---|---|
/// | 16 | 2 | FLAGS |
/// | 18 | 1 | DEFAULT_STREAM_ID |
/// | 19 | 1 | reserved |
/// | 20 | 8 | MMIO_REPORTING_OFFSET, signed |
/// | 28 | 8 | BIND_P2P_ADDRESS_MASK |
///
/// The response carries a ``StartNonce`` behind its header (48 bytes).
public struct LockInterfaceRequest: Hashable, Sendable, Codable {
    /// What the TSM asks of the lock.
    public var flags: LockFlags
    /// The IDE stream that carries all T=1 traffic that is not peer-to-peer.
    public var defaultStream: StreamID
    /// Bytes added to every MMIO address before it is reported, so that the guest need not learn host addresses.
    public var mmioReportingOffset: Int64
    /// Mask over the target address of peer-to-peer traffic before it is matched with a stream; 0 when unused.
    public var p2pAddressMask: UInt64

    /// Creates a request.
    public init(
        flags: LockFlags = [], defaultStream: StreamID, mmioReportingOffset: Int64 = 0, p2pAddressMask: UInt64 = 0
    ) {
        self.flags = flags
        self.defaultStream = defaultStream
        self.mmioReportingOffset = mmioReportingOffset
        self.p2pAddressMask = p2pAddressMask
    }

    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> LockInterfaceRequest {
        let flags = LockFlags(rawValue: try cursor.uint16(bytes, "FLAGS")).intersection(.all)
        let stream = StreamID(rawValue: try cursor.uint8(bytes, "DEFAULT_STREAM_ID"))
        try cursor.skip(1, "reserved")
        let offset = Int64(bitPattern: try cursor.uint64(bytes, "MMIO_REPORTING_OFFSET"))
        let mask = try cursor.uint64(bytes, "BIND_P2P_ADDRESS_MASK")
        return LockInterfaceRequest(
            flags: flags, defaultStream: stream, mmioReportingOffset: offset, p2pAddressMask: mask)
    }

    func write(to writer: inout WireWriter) {
        writer.uint16(flags.intersection(.all).rawValue)
        writer.uint8(defaultStream.rawValue)
        writer.zeros(1)
        writer.uint64(UInt64(bitPattern: mmioReportingOffset))
        writer.uint64(p2pAddressMask)
    }
}

public import PCIe
internal import WireBytes

/// INTERFACE_ID: which TDI a message is about (TDISP 1.0, 11.3).
///
/// Twelve bytes: FUNCTION_ID (4), then eight reserved. FUNCTION_ID holds the requester ID in bits 15:0, the segment in
/// 23:16 and *segment valid* in bit 24; while that bit is 0 the segment is reserved, so it is nil here.
public struct InterfaceID: Hashable, Sendable, Codable {
    /// Bus, device and function.
    public var requesterID: RequesterID
    /// The segment, where the message names one.
    public var segment: UInt8?

    /// Creates an interface ID.
    public init(requesterID: RequesterID, segment: UInt8? = nil) {
        self.requesterID = requesterID
        self.segment = segment
    }

    /// Names `address` with its segment. Nil when the segment does not fit into eight bits: such a number is the host's
    /// own and no device knows it; leave the segment out instead.
    public init?(_ address: FunctionAddress) {
        guard let segment = UInt8(exactly: address.segment) else { return nil }
        self.init(requesterID: address.requesterID, segment: segment)
    }

    /// Whether this names the function at `address`: the requester ID agrees, and so does the segment if there is one.
    public func names(_ address: FunctionAddress) -> Bool {
        guard requesterID == address.requesterID else { return false }
        guard let segment else { return true }
        return UInt16(segment) == address.segment
    }

    /// The function this names; where the message gives no segment, it is in `segment`.
    public func address(assuming segment: UInt16 = 0) -> FunctionAddress {
        FunctionAddress(segment: self.segment.map(UInt16.init) ?? segment, requesterID: requesterID)
    }
}

extension InterfaceID: CustomStringConvertible {
    /// `bb:dd.f`, or `ssss:bb:dd.f` with a segment.
    public var description: String { segment == nil ? "\(requesterID)" : "\(address())" }
}

extension InterfaceID {
    private static let segmentValid: UInt32 = 1 << 24

    /// Reads twelve bytes.
    static func read(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireError) -> InterfaceID {
        let function = try cursor.uint32(bytes, "FUNCTION_ID")
        try cursor.skip(8, "INTERFACE_ID")
        let segment = function & segmentValid == 0 ? nil : UInt8(truncatingIfNeeded: function >> 16)
        return InterfaceID(requesterID: RequesterID(rawValue: UInt16(truncatingIfNeeded: function)), segment: segment)
    }

    /// Writes twelve bytes.
    func write(to writer: inout WireWriter) {
        var function = UInt32(requesterID.rawValue)
        if let segment { function |= Self.segmentValid | UInt32(segment) << 16 }
        writer.uint32(function)
        writer.zeros(8)
    }
}

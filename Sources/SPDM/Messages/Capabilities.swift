internal import WireBytes

/// GET_CAPABILITIES: what the requester can do (DSP0274, 10.4). 4 bytes in SPDM 1.0, 12 in 1.1, 20 from 1.2 on.
///
/// | offset | size | field |
/// |---|---|---|
/// | 4 | 1 | reserved |
/// | 5 | 1 | CTExponent |
/// | 6 | 2 | reserved |
/// | 8 | 4 | Flags |
/// | 12 | 4 | DataTransferSize (1.2) |
/// | 16 | 4 | MaxSPDMmsgSize (1.2) |
public struct GetCapabilities: Hashable, Sendable {
    /// What the requester tells of itself; in 1.0 nothing.
    public var requester: EndpointCapabilities

    /// Creates the request.
    public init(_ requester: EndpointCapabilities) { self.requester = requester }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> GetCapabilities {
        guard header.version > .v1_0 else { return GetCapabilities(EndpointCapabilities()) }
        return GetCapabilities(try EndpointCapabilities.read(header.version, bytes, &cursor))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 20)
        MessageHeader(version, .getCapabilities).write(to: &writer)
        if version > .v1_0 { requester.write(version, to: &writer) }
        return writer.bytes
    }
}

/// CAPABILITIES: what the responder can do (DSP0274, 10.4). 12 bytes to SPDM 1.1, 20 from 1.2 on; laid out as
/// ``GetCapabilities``.
///
/// The block of supported algorithms of SPDM 1.3 (Param1 bit 0) comes only when asked for, which is not done here: it
/// is refused.
public struct Capabilities: Hashable, Sendable {
    /// What the responder tells of itself.
    public var responder: EndpointCapabilities

    /// Creates the response.
    public init(_ responder: EndpointCapabilities) { self.responder = responder }

    static func read(
        _ header: MessageHeader, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> Capabilities {
        guard header.version < .v1_3 || header.param1 & 1 == 0 else {
            throw WireError(.invalidValue, at: 2, in: "Param1")
        }
        return Capabilities(try EndpointCapabilities.read(header.version, bytes, &cursor))
    }

    /// The whole message.
    public func encoded(version: SPDMVersion) -> [UInt8] {
        var writer = WireWriter(capacity: 20)
        MessageHeader(version, MessageCode.getCapabilities.response).write(to: &writer)
        responder.write(version, to: &writer)
        return writer.bytes
    }
}

/// What one end tells of itself in GET_CAPABILITIES or CAPABILITIES.
public struct EndpointCapabilities: Hashable, Sendable {
    /// Time for cryptography is at most 2 to this power, in microseconds.
    public var ctExponent: UInt8
    /// What it can do.
    public var flags: CapabilityFlags
    /// Largest message it takes in one piece, in bytes; at least 42. 0 before SPDM 1.2.
    public var dataTransferSize: UInt32
    /// Largest message it takes in chunks, in bytes. 0 before SPDM 1.2.
    public var maximumMessageSize: UInt32

    /// The least DataTransferSize that SPDM 1.2 allows.
    public static let minimumDataTransferSize: UInt32 = 42

    /// Creates capabilities.
    public init(
        ctExponent: UInt8 = 0, flags: CapabilityFlags = [], dataTransferSize: UInt32 = 0,
        maximumMessageSize: UInt32 = 0
    ) {
        self.ctExponent = ctExponent
        self.flags = flags
        self.dataTransferSize = dataTransferSize
        self.maximumMessageSize = maximumMessageSize
    }

    static func read(
        _ version: SPDMVersion, _ bytes: Span<UInt8>, _ cursor: inout WireCursor
    ) throws(WireError) -> EndpointCapabilities {
        try cursor.skip(1, "reserved")
        var capabilities = EndpointCapabilities(ctExponent: try cursor.uint8(bytes, "CTExponent"))
        try cursor.skip(2, "reserved")
        capabilities.flags = CapabilityFlags(rawValue: try cursor.uint32(bytes, "Flags"))
        if version >= .v1_2 {
            capabilities.dataTransferSize = try cursor.uint32(bytes, "DataTransferSize")
            capabilities.maximumMessageSize = try cursor.uint32(bytes, "MaxSPDMmsgSize")
        }
        return capabilities
    }

    func write(_ version: SPDMVersion, to writer: inout WireWriter) {
        writer.zeros(1)
        writer.uint8(ctExponent)
        writer.zeros(2)
        writer.uint32(flags.rawValue)
        guard version >= .v1_2 else { return }
        writer.uint32(dataTransferSize)
        writer.uint32(maximumMessageSize)
    }
}

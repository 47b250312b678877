/// The integrity and data encryption capability (extended ID 30h): its streams and how they are set up. A snapshot.
///
/// Layout: header, capability, control, then a block per link stream (8 bytes), then a block per selective stream (20
/// bytes and 12 per address association).
public struct IDECapability: Hashable, Sendable {
    /// Offset of its first byte.
    public let offset: Int
    /// What the port can do.
    public let features: IDEFeatures
    /// Whether IDE packets of others are let through (switch ports).
    public let isFlowThroughEnabled: Bool
    /// The link streams, one per traffic class.
    public let linkStreams: [LinkStreamBlock]
    /// The selective streams.
    public let selectiveStreams: [SelectiveStreamBlock]

    enum Register {
        static let features = 0x04
        static let control = 0x08
        static let blocks = 0x0C
        static let flowThrough: UInt32 = 1 << 2
    }

    /// Reads the capability; nil when the function has none.
    ///
    /// Throws when the capability list is malformed or the blocks do not fit into the configuration space.
    public init?(in space: ConfigurationSpace) throws(ConfigurationSpaceError) {
        guard let offset = try space.offset(of: .ide) else { return nil }
        try space.require(Register.blocks, at: offset, below: ConfigurationSpace.size)
        self.offset = offset
        features = IDEFeatures(rawValue: space.uint32(at: offset + Register.features))
        isFlowThroughEnabled = space.uint32(at: offset + Register.control) & Register.flowThrough != 0
        var next = offset + Register.blocks
        var links: [LinkStreamBlock] = []
        for _ in 0..<features.linkStreamCount {
            links.append(try LinkStreamBlock(in: space, at: next))
            next += LinkStreamBlock.size
        }
        linkStreams = links
        var selective: [SelectiveStreamBlock] = []
        for index in 0..<features.selectiveStreamCount {
            let block = try SelectiveStreamBlock(in: space, at: next, index: index)
            selective.append(block)
            next += block.size
        }
        selectiveStreams = selective
    }

    /// The block whose control register is enabled for this stream, or nil.
    public func enabledStream(_ id: StreamID) -> SelectiveStreamBlock? {
        selectiveStreams.first { $0.control.isEnabled && $0.control.streamID == id }
    }
}

/// The IDE capability register. Read-only.
public struct IDEFeatures: RawRepresentable, Hashable, Sendable {
    /// The register, 32 bits.
    public let rawValue: UInt32

    /// Creates the register from its value.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Creates the register of a port with these streams; AES-GCM-256 with 96-bit MAC, keys set by IDE_KM.
    ///
    /// - Parameters:
    ///   - linkStreamCount: link streams, 0...8.
    ///   - selectiveStreamCount: selective streams, 0...256.
    ///   - isTEELimitedStreamSupported: whether a stream can be kept to T=1 packets.
    public init(linkStreamCount: Int, selectiveStreamCount: Int, isTEELimitedStreamSupported: Bool = true) {
        let ideKM: UInt32 = 1 << 6
        let link: UInt32 = linkStreamCount > 0 ? 1 | UInt32(truncatingIfNeeded: linkStreamCount - 1) << 13 : 0
        let selective: UInt32 =
            selectiveStreamCount > 0 ? 1 << 1 | UInt32(truncatingIfNeeded: selectiveStreamCount - 1) << 16 : 0
        let limited: UInt32 = isTEELimitedStreamSupported ? 1 << 24 : 0
        self.init(rawValue: ideKM | link & 0xE001 | selective & 0xFF_0002 | limited)
    }

    /// Can encrypt a link as a whole.
    public var isLinkIDESupported: Bool { rawValue.bits(0, 1) != 0 }
    /// Can encrypt between two ports.
    public var isSelectiveIDESupported: Bool { rawValue.bits(1, 1) != 0 }
    /// Can let others' IDE packets through.
    public var isFlowThroughSupported: Bool { rawValue.bits(2, 1) != 0 }
    /// Keys can be set by IDE_KM.
    public var isKeyManagementSupported: Bool { rawValue.bits(6, 1) != 0 }
    /// Configuration requests can travel in a selective stream.
    public var areConfigurationRequestsSupported: Bool { rawValue.bits(7, 1) != 0 }
    /// A stream can be kept to T=1 packets.
    public var isTEELimitedStreamSupported: Bool { rawValue.bits(24, 1) != 0 }
    /// Number of link stream blocks, 0...8.
    public var linkStreamCount: Int { isLinkIDESupported ? Int(rawValue.bits(13, 3)) + 1 : 0 }
    /// Number of selective stream blocks, 0...256.
    public var selectiveStreamCount: Int { isSelectiveIDESupported ? Int(rawValue.bits(16, 8)) + 1 : 0 }
}

public import PCIe
public import SPDM

/// What the device knows about one interface at the moment of a LOCK: the facts that ``LockCheck`` looks at.
public struct LockContext: Hashable, Sendable {
    /// LOCK_INTERFACE_FLAGS_SUPPORTED.
    public var supportedFlags: LockFlags
    /// Whether the interface needs IDE. A root-complex integrated endpoint may be protected by other means.
    public var requiresIDE: Bool
    /// The selective IDE streams of the port, one for each register block in use.
    public var streams: [Stream]
    /// Whether Phantom Functions are enabled.
    public var phantomFunctionsEnabled: Bool
    /// Address regions of the physical function: its BARs and its expansion ROM.
    public var regions: [Region]
    /// Address regions of its virtual functions: VF BARs, each over all VFs.
    public var virtualFunctionRegions: [Region]
    /// Whether the system page size of SR-IOV is one the device supports; true without SR-IOV.
    public var systemPageSizeSupported: Bool
    /// Whether each resizable BAR has a size it supports.
    public var resizableBARSizesSupported: Bool
    /// The cache line size that LN Requester is set to, while it is enabled.
    public var cacheLine: CacheLine?
    /// Whether the steering tag mode of TPH is one the device supports; true while TPH is off.
    public var steeringTagModeSupported: Bool
    /// Whether debug access is closed.
    public var debugClosed: Bool
    /// Whether the firmware is sound and its security version acceptable.
    public var firmwareSound: Bool

    /// One selective IDE stream of the port.
    public struct Stream: Hashable, Sendable {
        /// The number in its control register.
        public var id: StreamID
        /// Whether its register block is marked as default stream.
        public var isDefault: Bool
        /// Its traffic class.
        public var trafficClass: UInt8
        /// Whether posted, non-posted and completion substreams all have a key, for both directions.
        public var isKeyed: Bool
        /// The session that programmed the keys.
        public var keySession: SessionID?

        /// Creates a stream.
        public init(id: StreamID, isDefault: Bool, trafficClass: UInt8, isKeyed: Bool, keySession: SessionID?) {
            self.id = id
            self.isDefault = isDefault
            self.trafficClass = trafficClass
            self.isKeyed = isKeyed
            self.keySession = keySession
        }
    }

    /// A decoded address region.
    public struct Region: Hashable, Sendable {
        /// First byte.
        public var base: UInt64
        /// Size in bytes; 0 is no region.
        public var byteCount: UInt64

        /// Creates a region.
        public init(base: UInt64, byteCount: UInt64) {
            self.base = base
            self.byteCount = byteCount
        }
    }

    /// A cache line size.
    public enum CacheLine: Hashable, Sendable, CaseIterable {
        /// 64 bytes.
        case bytes64
        /// 128 bytes.
        case bytes128
    }

    /// Creates a context; the defaults are those of a device in good order.
    public init(
        supportedFlags: LockFlags, requiresIDE: Bool = true, streams: [Stream], phantomFunctionsEnabled: Bool = false,
        regions: [Region] = [], virtualFunctionRegions: [Region] = [], systemPageSizeSupported: Bool = true,
        resizableBARSizesSupported: Bool = true, cacheLine: CacheLine? = nil, steeringTagModeSupported: Bool = true,
        debugClosed: Bool = true, firmwareSound: Bool = true
    ) {
        self.supportedFlags = supportedFlags
        self.requiresIDE = requiresIDE
        self.streams = streams
        self.phantomFunctionsEnabled = phantomFunctionsEnabled
        self.regions = regions
        self.virtualFunctionRegions = virtualFunctionRegions
        self.systemPageSizeSupported = systemPageSizeSupported
        self.resizableBARSizesSupported = resizableBARSizesSupported
        self.cacheLine = cacheLine
        self.steeringTagModeSupported = steeringTagModeSupported
        self.debugClosed = debugClosed
        self.firmwareSound = firmwareSound
    }
}

public import PCIe

/// What the owner of a device knows without the device's help: what evidence must agree with.
public struct Expectations: Hashable, Sendable {
    /// The interface that is to be accepted.
    public var tdi: FunctionAddress
    /// The lock epoch that it is to be accepted in.
    public var epoch: UInt32
    /// The nonce that evidence was asked under (32 bytes); nil: who asked has compared it, or there was nothing to ask.
    public var nonce: [UInt8]?
    /// SHA-384 digests (48 bytes) of the root certificates that devices may be issued under; nil: whom it is enough to be
    /// was decided before.
    public var pinnedRoots: [[UInt8]]?
    /// The session that the owner knows of; nil: evidence need only agree with itself.
    public var session: UInt32?
    /// The stream that the owner knows of; nil: evidence need only agree with itself.
    public var stream: UInt8?
    /// The memory that the interface decodes through its base address registers.
    public var memory: [MemoryRange]
    /// MMIO_REPORTING_OFFSET of LOCK_INTERFACE, in bytes, signed.
    public var reportingOffset: Int64

    /// Creates expectations.
    public init(
        tdi: FunctionAddress, epoch: UInt32, nonce: [UInt8]?, pinnedRoots: [[UInt8]]?, session: UInt32? = nil,
        stream: UInt8? = nil, memory: [MemoryRange], reportingOffset: Int64 = 0
    ) {
        self.tdi = tdi
        self.epoch = epoch
        self.nonce = nonce
        self.pinnedRoots = pinnedRoots
        self.session = session
        self.stream = stream
        self.memory = memory
        self.reportingOffset = reportingOffset
    }

    /// The memory of one base address register (BAR).
    public struct MemoryRange: Hashable, Sendable {
        /// Number of the (lower) register, 0...5.
        public var register: UInt8
        /// Address of the first byte.
        public var address: UInt64
        /// Bytes.
        public var size: UInt64

        /// Creates a range.
        public init(register: UInt8, address: UInt64, size: UInt64) {
            self.register = register
            self.address = address
            self.size = size
        }
    }
}

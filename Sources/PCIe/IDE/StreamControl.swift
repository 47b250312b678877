/// The control register of an IDE stream. Link streams have no configuration-request, default and TEE-limited bits.
public struct StreamControl: RawRepresentable, Hashable, Sendable {
    /// The register, 32 bits.
    public private(set) var rawValue: UInt32

    /// Creates the register from its value.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Creates the register of a stream of traffic class 0 without aggregation, PCRC and header encryption.
    public init(streamID: StreamID, isEnabled: Bool, isDefault: Bool = true, isTEELimited: Bool = false) {
        self.init(rawValue: 0)
        self.streamID = streamID
        self.isEnabled = isEnabled
        self.isDefault = isDefault
        self.isTEELimited = isTEELimited
    }

    /// Whether the stream is in use (bit 0).
    public var isEnabled: Bool {
        get { flag(0) }
        set { setFlag(0, newValue) }
    }

    /// Whether packets carry a plaintext CRC (bit 8).
    public var hasPlaintextCRC: Bool {
        get { flag(8) }
        set { setFlag(8, newValue) }
    }

    /// Whether configuration requests travel in the stream (bit 9).
    public var carriesConfigurationRequests: Bool {
        get { flag(9) }
        set { setFlag(9, newValue) }
    }

    /// The algorithm (bits 18:14); 0 is AES-GCM-256 with a 96-bit MAC.
    public var algorithm: UInt8 {
        get { UInt8(truncatingIfNeeded: rawValue.bits(14, 5)) }
        set { rawValue = rawValue.replacing(14, 5, with: UInt32(newValue)) }
    }

    /// The traffic class (bits 21:19).
    public var trafficClass: UInt8 {
        get { UInt8(truncatingIfNeeded: rawValue.bits(19, 3)) }
        set { rawValue = rawValue.replacing(19, 3, with: UInt32(newValue)) }
    }

    /// Whether packets that match no other stream's associations use this one (bit 22).
    public var isDefault: Bool {
        get { flag(22) }
        set { setFlag(22, newValue) }
    }

    /// Whether only T=1 packets use the stream (bit 23).
    public var isTEELimited: Bool {
        get { flag(23) }
        set { setFlag(23, newValue) }
    }

    /// The stream's number (bits 31:24).
    public var streamID: StreamID {
        get { StreamID(rawValue: UInt8(truncatingIfNeeded: rawValue.bits(24, 8))) }
        set { rawValue = rawValue.replacing(24, 8, with: UInt32(newValue.rawValue)) }
    }

    private func flag(_ bit: UInt32) -> Bool { rawValue.bits(bit, 1) != 0 }

    private mutating func setFlag(_ bit: UInt32, _ isSet: Bool) {
        rawValue = rawValue.replacing(bit, 1, with: isSet ? 1 : 0)
    }
}

/// The status register of an IDE stream.
public struct StreamStatus: RawRepresentable, Hashable, Sendable {
    /// The register, 32 bits.
    public let rawValue: UInt32

    /// Creates the register from its value.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Creates the register from what it says.
    public init(state: StreamState, integrityCheckFailed: Bool = false) {
        self.init(rawValue: UInt32(state.rawValue & 0xF) | (integrityCheckFailed ? 1 << 31 : 0))
    }

    /// Whether packets are protected (bits 3:0).
    public var state: StreamState { StreamState(rawValue: UInt8(truncatingIfNeeded: rawValue.bits(0, 4))) }
    /// The other port reported a packet that failed its integrity check (bit 31, cleared by writing 1).
    public var integrityCheckFailed: Bool { rawValue.bits(31, 1) != 0 }
}

/// The state of an IDE stream. Numbers we do not know survive, and are not Secure.
public struct StreamState: RawRepresentable, Hashable, Sendable {
    /// The number, 0...15.
    public let rawValue: UInt8

    /// Creates a state from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Packets of the stream are dropped.
    public static let insecure = Self(rawValue: 0)
    /// Packets are protected.
    public static let secure = Self(rawValue: 2)
}

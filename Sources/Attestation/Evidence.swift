public import PCIe

/// What a device shows about itself in one lock epoch. Collected under the owner's nonce, judged once, then kept only as
/// digests.
public struct Evidence: Hashable, Sendable, Codable {
    /// The interface it speaks for.
    public var tdi: FunctionAddress
    /// The lock epoch it was collected in.
    public var epoch: UInt32
    /// The nonce that the device was given, as it came back (32 bytes).
    public var nonce: [UInt8]
    /// SHA-384 of the root certificate of the chain.
    public var rootDigest: [UInt8]
    /// SHA-384 of the leaf certificate.
    public var leafDigest: [UInt8]
    /// The device's serial number from its certificate.
    public var serial: String
    /// Measurement blocks, in index order.
    public var measurements: [Measurement]
    /// The session the evidence came over.
    public var evidenceSession: UInt32
    /// The session that locked the interface.
    public var lockSession: UInt32
    /// The session that keyed the default stream.
    public var streamSession: UInt32
    /// The stream that LOCK named as default.
    public var stream: UInt8
    /// The stream that is keyed and Secure.
    public var secureStream: UInt8
    /// The interface report's bytes.
    public var report: [UInt8]
    /// Whether session and signatures prove the identity, or it is only claimed.
    public var identityProven: Bool

    /// Creates evidence.
    public init(
        tdi: FunctionAddress, epoch: UInt32, nonce: [UInt8], rootDigest: [UInt8], leafDigest: [UInt8], serial: String,
        measurements: [Measurement], evidenceSession: UInt32, lockSession: UInt32, streamSession: UInt32, stream: UInt8,
        secureStream: UInt8, report: [UInt8], identityProven: Bool
    ) {
        self.tdi = tdi
        self.epoch = epoch
        self.nonce = nonce
        self.rootDigest = rootDigest
        self.leafDigest = leafDigest
        self.serial = serial
        self.measurements = measurements
        self.evidenceSession = evidenceSession
        self.lockSession = lockSession
        self.streamSession = streamSession
        self.stream = stream
        self.secureStream = secureStream
        self.report = report
        self.identityProven = identityProven
    }
}

/// One measurement block (DSP0274, MEASUREMENTS).
public struct Measurement: Hashable, Sendable, Codable {
    /// Block index, from 1.
    public var index: UInt8
    /// Value type: 0 immutable ROM, 1 mutable firmware, 2 hardware configuration, 3 firmware configuration, ...
    public var type: UInt8
    /// The digest.
    public var value: [UInt8]

    /// Creates a measurement.
    public init(index: UInt8, type: UInt8, value: [UInt8]) {
        self.index = index
        self.type = type
        self.value = value
    }
}

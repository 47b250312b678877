internal import Attestation

/// What a device says about itself over a session. A plain channel proves none of it.
struct IdentityClaims: Hashable, Sendable {
    let nonce: [UInt8]
    let rootDigest: [UInt8]
    let leafDigest: [UInt8]
    let serial: String
    let measurements: [Measurement]

    /// What a device of this identity claims; its digests are derived from the words of the identity.
    init(_ device: Topology.Device, _ identity: Topology.Identity, nonce: [UInt8], digest: ([UInt8]) -> [UInt8]) {
        func derive(_ words: String...) -> [UInt8] { digest(Array(words.joined(separator: "\n").utf8)) }
        self.nonce = nonce
        rootDigest = Self.rootDigest(identity.root, digest)
        leafDigest = derive("leaf", identity.root, identity.serial)
        serial = identity.serial
        measurements = [
            Measurement(index: 1, type: 1, value: derive("firmware", identity.firmware)),
            Measurement(index: 2, type: 2, value: derive("hardware", "\(device.vendorID)", "\(device.deviceID)")),
        ]
    }

    /// The digest of the root certificate of this name.
    static func rootDigest(_ root: String, _ digest: ([UInt8]) -> [UInt8]) -> [UInt8] {
        digest(Array("root\n\(root)".utf8))
    }

    /// Whether both are the same device with the same firmware, whatever the nonce.
    func isSameDevice(as other: IdentityClaims) -> Bool {
        rootDigest == other.rootDigest && leafDigest == other.leafDigest && serial == other.serial
            && measurements == other.measurements
    }
}

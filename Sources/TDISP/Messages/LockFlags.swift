/// FLAGS of LOCK_INTERFACE_REQUEST and LOCK_INTERFACE_FLAGS_SUPPORTED of TDISP_CAPABILITIES (TDISP 1.0, 11.3.8).
///
/// Bits 15:5 are reserved: ignored when read, zero when written.
public struct LockFlags: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt16

    /// Creates flags from their bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// NO_FW_UPDATE: refuse firmware updates while the TDI is CONFIG_LOCKED or RUN.
    public static let noFirmwareUpdate = LockFlags(rawValue: 1 << 0)
    /// SYSTEM_CACHE_LINE_SIZE: 0 is 64 bytes, 1 is 128 bytes. As a capability: both can be taken.
    public static let systemCacheLine128 = LockFlags(rawValue: 1 << 1)
    /// LOCK_MSIX: MSI-X table and PBA become part of the locked configuration and are reported.
    public static let lockMSIX = LockFlags(rawValue: 1 << 2)
    /// BIND_P2P: a later BIND_P2P_STREAM is permitted.
    public static let bindP2P = LockFlags(rawValue: 1 << 3)
    /// ALL_REQUEST_REDIRECT: translated requests go through the root complex too.
    public static let allRequestRedirect = LockFlags(rawValue: 1 << 4)

    /// Every flag that is defined.
    public static let all: LockFlags = [
        .noFirmwareUpdate, .systemCacheLine128, .lockMSIX, .bindP2P, .allRequestRedirect,
    ]
}

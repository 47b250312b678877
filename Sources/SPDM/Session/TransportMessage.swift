/// What one end hands to the transport for the other: an SPDM message in the clear, or a secured record.
///
/// On PCI DOE it is the payload of an object of type ``DOEType/spdm`` or ``DOEType/securedSPDM``. A received one may
/// have up to three bytes of padding behind it, as DOE does not say where a message ends.
public struct TransportMessage: Hashable, Sendable {
    /// Whether the bytes are a ``SecuredRecord``.
    public var isSecured: Bool
    /// The message or the record.
    public var bytes: [UInt8]

    /// Creates what the transport is to carry.
    public init(isSecured: Bool, bytes: [UInt8]) {
        self.isSecured = isSecured
        self.bytes = bytes
    }
}

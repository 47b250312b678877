/// What came of authenticating a device when it appeared (CMA: certificates and a signature over SPDM).
///
/// The host's word, for its operators. Whether a guest accepts the device is decided by the guest, on evidence of its
/// own.
public enum DeviceAuthentication: Hashable, Sendable, Codable {
    /// It holds the key of a certificate chain that the host's policy accepts.
    ///
    /// - Parameters:
    ///   - serial: the serial number of its leaf certificate.
    ///   - root: the name of its root.
    case authenticated(serial: String, root: String)
    /// It does not, and why: which certificate and field, or which message.
    case refused(String)
    /// It does not speak SPDM, so nobody can ask it.
    case cannot
}

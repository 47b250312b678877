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
    ///   - isTrusted: whether the root is one that the host's policy names. Where the policy names none, any chain does, and
    ///     the root is only what the device says.
    case authenticated(serial: String, root: String, isTrusted: Bool)
    /// It does not, and why: which certificate and field, or which message.
    case refused(String)
    /// It does not speak SPDM, so nobody can ask it.
    case cannot

    /// Who a device is that was authenticated, for a person.
    public static func sentence(serial: String, root: String, isTrusted: Bool) -> String {
        "serial \(serial), issued under \(root)\(isTrusted ? "" : " (any root is taken)")"
    }
}

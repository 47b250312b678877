/// Flags of GET_CAPABILITIES and CAPABILITIES (DSP0274, tables 11 and 12). Unknown bits survive.
///
/// MEAS, PSK, EP_INFO and MULTI_KEY are fields of two bits; each bit has a name here.
public struct CapabilityFlags: OptionSet, Hashable, Sendable, Codable {
    /// The bits as on the wire.
    public let rawValue: UInt32

    /// Creates flags from their bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// CACHE_CAP, responder: keeps the negotiated state over a reset.
    public static let cache = Self(rawValue: 1 << 0)
    /// CERT_CAP: answers GET_DIGESTS and GET_CERTIFICATE.
    public static let certificate = Self(rawValue: 1 << 1)
    /// CHAL_CAP: answers CHALLENGE.
    public static let challenge = Self(rawValue: 1 << 2)
    /// MEAS_CAP 01b, responder: measurements without signature.
    public static let measurementsUnsigned = Self(rawValue: 1 << 3)
    /// MEAS_CAP 10b, responder: measurements, signed when asked.
    public static let measurements = Self(rawValue: 1 << 4)
    /// MEAS_FRESH_CAP, responder: measurements are those of now, not of the last reset.
    public static let measurementsFresh = Self(rawValue: 1 << 5)
    /// ENCRYPT_CAP: messages of a session are encrypted.
    public static let encrypt = Self(rawValue: 1 << 6)
    /// MAC_CAP: messages of a session are authenticated.
    public static let mac = Self(rawValue: 1 << 7)
    /// MUT_AUTH_CAP: mutual authentication.
    public static let mutualAuthentication = Self(rawValue: 1 << 8)
    /// KEY_EX_CAP: sessions by KEY_EXCHANGE.
    public static let keyExchange = Self(rawValue: 1 << 9)
    /// PSK_CAP 01b: sessions by PSK_EXCHANGE; a responder gives no context of its own.
    public static let psk = Self(rawValue: 1 << 10)
    /// PSK_CAP 10b, responder: sessions by PSK_EXCHANGE with the responder's context.
    public static let pskWithContext = Self(rawValue: 1 << 11)
    /// ENCAP_CAP: encapsulated requests.
    public static let encapsulated = Self(rawValue: 1 << 12)
    /// HBEAT_CAP: HEARTBEAT.
    public static let heartbeat = Self(rawValue: 1 << 13)
    /// KEY_UPD_CAP: KEY_UPDATE.
    public static let keyUpdate = Self(rawValue: 1 << 14)
    /// HANDSHAKE_IN_THE_CLEAR_CAP: the handshake can pass unprotected.
    public static let handshakeInTheClear = Self(rawValue: 1 << 15)
    /// PUB_KEY_ID_CAP: the public key was provisioned; there is no certificate.
    public static let publicKeyID = Self(rawValue: 1 << 16)
    /// CHUNK_CAP (1.2): large messages in chunks.
    public static let chunk = Self(rawValue: 1 << 17)
    /// ALIAS_CERT_CAP (1.2), responder: certificate chains end in an alias certificate.
    public static let aliasCertificate = Self(rawValue: 1 << 18)
    /// SET_CERT_CAP (1.2), responder: takes SET_CERTIFICATE.
    public static let setCertificate = Self(rawValue: 1 << 19)
    /// CSR_CAP (1.2), responder: answers GET_CSR.
    public static let csr = Self(rawValue: 1 << 20)
    /// CERT_INSTALL_RESET_CAP (1.2), responder: a new certificate needs a reset.
    public static let certificateInstallReset = Self(rawValue: 1 << 21)
    /// EP_INFO_CAP 01b (1.3): endpoint information without signature.
    public static let endpointInfoUnsigned = Self(rawValue: 1 << 22)
    /// EP_INFO_CAP 10b (1.3): endpoint information, signed when asked.
    public static let endpointInfo = Self(rawValue: 1 << 23)
    /// MEL_CAP (1.3), responder: measurement extension log.
    public static let measurementLog = Self(rawValue: 1 << 24)
    /// EVENT_CAP (1.3): events.
    public static let event = Self(rawValue: 1 << 25)
    /// MULTI_KEY_CAP 01b (1.3): only connections with several keys.
    public static let multiKeyOnly = Self(rawValue: 1 << 26)
    /// MULTI_KEY_CAP 10b (1.3): connections with several keys can be chosen.
    public static let multiKeySelectable = Self(rawValue: 1 << 27)
}

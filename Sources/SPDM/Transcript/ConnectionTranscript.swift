/// The messages of a connection outside sessions, as CHALLENGE_AUTH and MEASUREMENTS sign them (DSP0274, 10.8.1 and
/// 10.11.2).
///
/// Both ends collect the same bytes, so M1 and M2 are one here, and L1 and L2. In each, the messages stand whole and of
/// their true length; the last one without its signature.
public struct ConnectionTranscript: Hashable, Sendable {
    /// VCA: GET_VERSION, VERSION, GET_CAPABILITIES, CAPABILITIES, NEGOTIATE_ALGORITHMS, ALGORITHMS.
    public private(set) var vca: [UInt8] = []
    private var authentication: [UInt8] = []
    private var measurements: [UInt8] = []

    /// Creates the transcript of a connection that is to be opened with GET_VERSION, which also resets one.
    public init() {}

    /// Appends one of the six messages of VCA.
    public mutating func appendConnection(_ message: Span<UInt8>) { Self.append(message, to: &vca) }

    /// Appends GET_DIGESTS, DIGESTS, GET_CERTIFICATE, CERTIFICATE, CHALLENGE, or CHALLENGE_AUTH without its signature.
    public mutating func appendAuthentication(_ message: Span<UInt8>) { Self.append(message, to: &authentication) }

    /// Appends GET_MEASUREMENTS, or MEASUREMENTS without its signature. In a session these are the session's own.
    public mutating func appendMeasurements(_ message: Span<UInt8>) { Self.append(message, to: &measurements) }

    /// Bytes of what authenticates.
    public var authenticationCount: Int { authentication.count }

    /// Bytes of the measurements.
    public var measurementsCount: Int { measurements.count }

    /// M1: VCA and what authenticates.
    public var m1: [UInt8] { vca + authentication }

    /// L1: VCA, from SPDM 1.2 on, and the measurements.
    public func l1(_ version: SPDMVersion) -> [UInt8] { version >= .v1_2 ? vca + measurements : measurements }

    /// Forgets what authenticates: after CHALLENGE_AUTH, or when the exchange failed.
    public mutating func resetAuthentication() { authentication = [] }

    /// Forgets the measurements: after a signed MEASUREMENTS, or when any other request came between.
    public mutating func resetMeasurements() { measurements = [] }

    private static func append(_ message: Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + message.count)
        for index in message.indices { bytes.append(message[index]) }
    }
}

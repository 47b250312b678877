/// The steps of a conversation with a foreign device, in their order.
public enum ForeignDeviceStep: String, Hashable, Sendable, Codable, CaseIterable {
    /// DOE discovery.
    case discover
    /// VERSION to ALGORITHMS.
    case connect
    /// The certificate chain, and whether it is believed.
    case authenticate
    /// KEY_EXCHANGE and FINISH.
    case openSession = "open-session"
    /// Signed measurements.
    case measure
    /// TDISP version and capabilities.
    case negotiate
    /// Keys for the six directions of the stream.
    case keyStream = "key-stream"
    /// LOCK_INTERFACE.
    case lock
    /// The interface report, and the verdict on all evidence.
    case report
    /// START_INTERFACE.
    case start
    /// The state of the interface.
    case state
    /// STOP_INTERFACE.
    case stop
    /// What a device must refuse.
    case probe
    /// K_SET_STOP.
    case stopStream = "stop-stream"
    /// END_SESSION.
    case endSession = "end-session"
}

/// Why a stream left Secure, or lost its keys before it got there (PCIe 6.0, 6.33.3).
public enum IDEStreamLoss: String, Hashable, Sendable, Codable, CaseIterable {
    /// The Enable bit was cleared.
    case disabled
    /// A key in use was stopped.
    case keyStopped = "key-stopped"
    /// A key in use was overwritten.
    case keyOverwritten = "key-overwritten"
    /// The session that programmed the keys ended.
    case sessionEnded = "session-ended"
    /// The link went down.
    case linkDown = "link-down"
    /// A received TLP failed its integrity check, or used a key set that is not active.
    case integrityCheckFailed = "integrity-check-failed"
    /// The other end reported an integrity failure with an IDE Fail message.
    case failMessageReceived = "fail-message-received"
    /// An invocation counter reached its end.
    case counterOverflow = "counter-overflow"
    /// A TLP came over the stream that does not belong to it.
    case misroutedTLP = "misrouted-tlp"
    /// The stream's registers were changed.
    case reconfigured
    /// The device was reset.
    case reset
    /// Debug access is about to open.
    case debugAuthorized = "debug-authorized"
}

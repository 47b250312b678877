/// Why a request was refused: nothing was changed.
public struct Refusal: Hashable, Sendable, Codable {
    /// What stands in the way.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// The device is already where the request would bring it.
        case alreadyThere
        /// Another domain owns the device.
        case ownedByAnother
        /// An operation on this device is under way.
        case busy
        /// The device is assigned to no domain.
        case notAssigned
        /// There is nothing to recover from.
        case nothingToRecover
        /// The device is in quarantine; only an operator's explicit word leads out.
        case quarantined
        /// TDIs of the connection are still in use.
        case connectionInUse
    }

    /// What stands in the way.
    public let reason: Reason
    /// The safety rule that would be broken, where one would be.
    public let rule: SafetyRule?

    /// Creates a refusal.
    public init(_ reason: Reason, rule: SafetyRule? = nil) {
        self.reason = reason
        self.rule = rule
    }
}

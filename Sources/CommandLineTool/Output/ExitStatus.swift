internal import ArgumentParser

/// The exit codes of `tdispctl`. Stable: a script may rely on them.
public enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
    /// Done.
    case done = 0
    /// Failed; the device is at rest in the phase named.
    case failed = 1
    /// Wrong usage, or a file that cannot be understood.
    case usage = 2
    /// Timed out, or the outcome is unknown.
    case unknown = 3
    /// No such device, domain or file.
    case notFound = 4
    /// Busy, or owned by another.
    case busy = 5
    /// Refused by a rule or by the policy.
    case refused = 6
    /// The platform lacks something, which is named.
    case lacking = 7
    /// The emulated host, libvirt or the device at an endpoint cannot be reached.
    case unreachable = 8
    /// The device is in quarantine.
    case quarantined = 9

    /// The order in which several results are summed up: the worst first.
    private static let worstFirst: [ExitStatus] = [
        .quarantined, .unknown, .lacking, .unreachable, .refused, .busy, .notFound, .usage, .failed, .done,
    ]

    /// The status of a call on several devices.
    public static func worst(of all: [ExitStatus]) -> ExitStatus {
        worstFirst.first(where: all.contains) ?? .done
    }

    /// One line for the manual.
    public var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed; the device is at rest in the phase named"
        case .usage: "wrong usage, or a file that cannot be understood"
        case .unknown: "timed out, or the outcome is unknown"
        case .notFound: "no such device, domain or file"
        case .busy: "busy, or owned by another"
        case .refused: "refused by a safety rule or by the policy"
        case .lacking: "the platform lacks something, which is named"
        case .unreachable: "the emulated host, libvirt or the device at an endpoint cannot be reached"
        case .quarantined: "the device is in quarantine"
        }
    }

    var exitCode: ExitCode { ExitCode(rawValue) }
}

/// What a verifier says about evidence.
public enum Verdict: Hashable, Sendable {
    /// The device may be accepted. The notes say what was not judged, or is worth knowing, one line each.
    case accepted(notes: [String])
    /// The device must not be accepted, for every one of these reasons.
    case refused([Finding])

    /// Whether the device may be accepted.
    public var isAccepted: Bool {
        switch self {
        case .accepted: true
        case .refused: false
        }
    }

    /// Notes or findings, one line each.
    public var lines: [String] {
        switch self {
        case .accepted(let notes): notes
        case .refused(let findings): findings.map(\.description)
        }
    }
}

/// One thing about evidence that is not as it must be.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// What was looked at.
    public let check: Check
    /// What it must be.
    public let expected: String
    /// What it is. Never the bytes of a nonce.
    public let seen: String

    /// Creates a finding.
    public init(_ check: Check, expected: String, seen: String) {
        self.check = check
        self.expected = expected
        self.seen = seen
    }

    /// One line: `report-bounds: expected BAR 0 at pages 0x80000 to 0x80003, seen pages 0x80002 to 0x80005`.
    public var description: String { "\(check.rawValue): expected \(expected), seen \(seen)" }
}

/// What a verdict looks at. The built-in verdict looks at all of it; a policy may look at more.
public struct Check: RawRepresentable, Hashable, Sendable {
    /// The stable name that findings print.
    public let rawValue: String
    /// Creates a check from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The root certificate is one of those that are pinned.
    public static let rootPinned = Check(rawValue: "root-pinned")
    /// The nonce is the one that was asked under.
    public static let nonceFresh = Check(rawValue: "nonce-fresh")
    /// The evidence speaks for this interface.
    public static let interface = Check(rawValue: "interface")
    /// The evidence belongs to this lock epoch.
    public static let epoch = Check(rawValue: "epoch")
    /// Evidence, lock and stream keys came over one session.
    public static let oneSession = Check(rawValue: "one-session")
    /// The stream that the interface is bound to is the one that is Secure.
    public static let secureStream = Check(rawValue: "secure-stream")
    /// The interface report can be read, reserved bits zero.
    public static let reportForm = Check(rawValue: "report-form")
    /// Ranges of the report are of implemented memory BARs.
    public static let reportRegisters = Check(rawValue: "report-registers")
    /// Ranges of the report lie inside their BARs.
    public static let reportBounds = Check(rawValue: "report-bounds")
    /// Ranges of the report ascend by BAR and address.
    public static let reportOrder = Check(rawValue: "report-order")
    /// Ranges of the report do not overlap.
    public static let reportOverlap = Check(rawValue: "report-overlap")
    /// Ranges hold MSI-X structures only when those are locked.
    public static let reportMSIX = Check(rawValue: "report-msi-x")
}

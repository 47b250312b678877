public import PCIe
public import SPDM
public import SPDMEndpoints
public import TDISP

/// What a conversation with a foreign device showed, as far as it went.
public struct ForeignDeviceReport: Sendable {
    /// A deviation that was met, and admitted when it stands in a report.
    public struct Admission: Hashable, Sendable {
        /// The rule that was broken.
        public let deviation: ForeignDeviation
        /// What was seen.
        public let seen: String
    }

    /// A stream whose keys the device has.
    public struct Stream: Hashable, Sendable {
        /// Its number.
        public let id: StreamID
        /// The key set that is in use.
        public let keySet: IDEKeySet
        /// The port as QUERY_RESP tells it.
        public let port: FunctionAddress
    }

    /// How far it was to go.
    public let goal: ForeignDeviceSettings.Goal
    /// The types of DOE objects that the device takes.
    public internal(set) var types: [DOEType] = []
    /// What was negotiated.
    public internal(set) var connection: NegotiatedConnection?
    /// Who the device is.
    public internal(set) var identity: VerifiedIdentity?
    /// The measurements.
    public internal(set) var measurements: [MeasurementBlock] = []
    /// Whether they are signed, and the signature verifies.
    public internal(set) var areMeasurementsSigned = false
    /// The session.
    public internal(set) var session: RequesterSession?
    /// The stream.
    public internal(set) var stream: Stream?
    /// What the DSM can do.
    public internal(set) var capabilities: TDISPCapabilities?
    /// The states of the interface that it confirmed, in order.
    public internal(set) var states: [TDIState] = []
    /// The interface report.
    public internal(set) var interfaceReport: InterfaceReport?
    /// What the verdict on the evidence noted.
    public internal(set) var notes: [String] = []
    /// The deviations that were met and admitted, in order.
    public internal(set) var admissions: [Admission] = []
    /// What was not checked.
    public internal(set) var notChecked: Set<UncheckedFact> = []

    init(_ goal: ForeignDeviceSettings.Goal) { self.goal = goal }

    /// What a conversion ends with, and never with more than this.
    public static let conclusion = "TDI in RUN; no IOMMU behind it: nothing is private here"

    /// What an attestation ends with.
    public static let attestationConclusion = "identity and measurements only: no session, no interface touched"
}

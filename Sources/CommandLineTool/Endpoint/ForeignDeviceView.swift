internal import ForeignDevice
internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import SPDMTransport
internal import TDISP

/// A conversation with a foreign device as JSON.
struct ForeignDeviceView: Encodable {
    /// What was negotiated.
    struct Negotiated: Encodable {
        let version: String
        let hash: String
        let signature: String
        let exchange: String?
        let cipher: String?
    }

    /// Who the device is.
    struct Identity: Encodable {
        let serial: String
        let pciName: String?
        let rootDigest: String
        let leafDigest: String
        let keyDigest: String
    }

    /// One measurement.
    struct Measurement: Encodable {
        let index: UInt8
        let kind: UInt8
        let isRaw: Bool
        let value: String
    }

    /// Something by its name, and what it means.
    struct Named: Encodable {
        let name: String
        let explanation: String
        let seen: String?
    }

    let endpoint: String
    let spdm: Negotiated?
    let session: String?
    /// What the session was opened with: `certificate`, `public-key` or `pre-shared-key`.
    let sessionKey: String?
    /// Whether this end proved who it is, too.
    let isMutual: Bool?
    let identity: Identity?
    let measurements: [Measurement]
    let areMeasurementsSigned: Bool
    let states: [String]
    let notes: [String]
    let admitted: [Named]
    let notChecked: [Named]
    /// What it ends with; nil when it failed.
    let conclusion: String?
    /// Why it failed.
    let error: FailureView?

    init(_ report: ForeignDeviceReport, _ endpoint: Endpoint, _ failure: Failure?) {
        self.endpoint = endpoint.description
        spdm = report.connection.map { Negotiated($0) }
        session = report.session?.id.description
        sessionKey = report.session.map { Self.word($0.key) }
        isMutual = report.session?.isMutual
        identity = report.identity.map { Identity($0) }
        measurements = report.measurements.map {
            Measurement(index: $0.index, kind: $0.kind.rawValue, isRaw: $0.isRaw, value: Self.digits($0.value))
        }
        areMeasurementsSigned = report.areMeasurementsSigned
        states = report.states.map(\.description)
        notes = report.notes
        admitted = report.admissions.map {
            Named(name: $0.deviation.rawValue, explanation: $0.deviation.explanation, seen: $0.seen)
        }
        notChecked = UncheckedFact.allCases.filter(report.notChecked.contains).map {
            Named(name: $0.rawValue, explanation: $0.explanation, seen: nil)
        }
        conclusion = failure == nil ? report.lines.last : nil
        error = failure.map { FailureView($0) }
    }

    private static func word(_ key: SessionWish.Key) -> String {
        switch key {
        case .slot(0xFF): "public-key"
        case .slot: "certificate"
        case .psk: "pre-shared-key"
        }
    }

    fileprivate static func digits(_ bytes: some Sequence<UInt8>) -> String { bytes.map { hex($0, 2) }.joined() }
}

extension ForeignDeviceView.Negotiated {
    fileprivate init(_ connection: NegotiatedConnection) {
        let algorithms = connection.algorithms
        self.init(
            version: "\(connection.version)", hash: "\(algorithms.hash)", signature: "\(algorithms.asymmetric)",
            exchange: algorithms.tables.exchange.map { "\($0)" }, cipher: algorithms.tables.aead.map { "\($0)" })
    }
}

extension ForeignDeviceView.Identity {
    fileprivate init(_ identity: VerifiedIdentity) {
        self.init(
            serial: identity.serialNumber, pciName: identity.pciName?.description,
            rootDigest: ForeignDeviceView.digits(identity.rootDigest),
            leafDigest: ForeignDeviceView.digits(identity.leafDigest),
            keyDigest: ForeignDeviceView.digits(identity.keyDigest))
    }
}

/// How far the measurements that were asked for have come.
public struct MeasurementRun: Hashable, Sendable {
    /// The session in whose records they pass; nil for the clear.
    public let session: SessionID?
    /// What was asked for.
    public let query: MeasurementQuery
    /// What came so far.
    public internal(set) var report = MeasurementReport()
    /// The index that is asked for now.
    public internal(set) var index: UInt8

    init(_ query: MeasurementQuery, in session: SessionID?) {
        self.query = query
        self.session = session
        switch query.selection {
        case .count, .each: index = GetMeasurements.count
        case .one(let index): self.index = index
        case .all: index = GetMeasurements.all
        }
    }

    /// Whether the present request asks for a signature: one by one, the number of measurements is not signed.
    var signingSlot: UInt8? {
        query.selection == .each && index == GetMeasurements.count ? nil : query.signingSlot
    }

    /// Whether a measurement may be missing at an index, so that ERROR only means the next one.
    var toleratesGaps: Bool { query.selection == .each && index != GetMeasurements.count }

    /// The run behind the present request; nil when nothing is left to ask.
    func next() -> MeasurementRun? {
        guard query.selection == .each, let total = report.total, report.blocks.count < Int(total), index < 0xFE else {
            return nil
        }
        var next = self
        next.index += 1
        return next
    }

    /// Whether all that was announced came.
    var isComplete: Bool { query.selection != .each || report.blocks.count == Int(report.total ?? 0) }

    /// What the present request asks for.
    func request(nonce: Nonce?) -> GetMeasurements {
        let slot = signingSlot ?? 0
        return GetMeasurements(
            index: index, attributes: query.attributes,
            proof: nonce.map { GetMeasurements.Proof(nonce: $0, slot: slot & 0xF) })
    }
}

internal import Assignment
public import IOMMU

/// Why something that was to happen on the host did not: somebody whom it takes said no.
public struct EventRefusal: Error, Hashable, Sendable, Codable {
    /// Its name for programs and scenario files.
    public let name: Name
    /// Why, one clause for a person.
    public let message: String
    /// The safety rule that it would have broken, if it is one.
    public let rule: RoutingRule?

    /// What was said no to.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        /// There is no such VM.
        case noSuchDomain = "no-such-domain"
        /// The VM has no such memory, or the bounds are not those of pages.
        case noSuchPages = "no-such-pages"
        /// The pages are that already.
        case ownership
        /// Some of the pages are on their way already.
        case conversionPending = "conversion-pending"
        /// The two functions cannot be bound.
        case notBound = "not-bound"
    }
}

extension EventRefusal {
    /// A conversion of pages that the IOMMU does not begin.
    init(_ error: PageError, _ names: Names) {
        let name: Name =
            switch error {
            case .conversionPending: .conversionPending
            case .ownership: .ownership
            case .misaligned, .noMemory, .notThroughHost, .notRequested, .reachable: .noSuchPages
            }
        self.init(name: name, message: error.text(names), rule: error.rule)
    }

    /// Two functions that are not bound; nil: they are.
    init?(_ report: EffectReport) {
        guard report.outcome != .succeeded else { return nil }
        self.init(name: .notBound, message: report.detail, rule: nil)
    }
}

/// What DMA with one T value may do in one standing: a cell of a profile's table. Routing goes by these very values.
public struct RoutingCell: Hashable, Sendable, Codable {
    /// What becomes of it.
    public let passage: Passage
    /// Where that is written.
    public let source: CellSource

    /// Creates a cell.
    init(_ passage: Passage, _ source: CellSource) {
        self.passage = passage
        self.source = source
    }

    /// What becomes of DMA.
    public enum Passage: Hashable, Sendable, Codable {
        /// It is stopped before any table, by this rule.
        case refused(RoutingRule)
        /// The platform translates no such DMA.
        case notTranslated
        /// It is translated.
        case walked(Walk)
    }

    /// How DMA is translated, and which pages it may reach.
    public struct Walk: Hashable, Sendable, Codable {
        /// Whether the guest's tables are walked first.
        public let hasFirstStage: Bool
        /// Which second-stage table is walked: the host's or the trusted one.
        public let secondStage: TableKind
        /// The pages that it may reach.
        public let pages: PageKind
    }

    /// Which pages a walk may reach.
    public enum PageKind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The host's.
        case host
        /// Shared pages of the VM that holds the function.
        case shared
        /// Private pages of that VM.
        case `private`
        /// Private pages of that VM at device addresses below vTOM, its shared pages from vTOM on.
        case privateBelowVTOM = "private below vTOM, shared from there on"
    }

    /// A walk of the host's tables.
    static func host(_ pages: PageKind, afterFirstStage: Bool = false, _ source: CellSource) -> Self {
        Self(.walked(Walk(hasFirstStage: afterFirstStage, secondStage: .host, pages: pages)), source)
    }

    /// A walk of the trusted table.
    static func trusted(
        to pages: PageKind = .private, afterFirstStage: Bool = false, _ source: CellSource
    ) -> Self {
        Self(.walked(Walk(hasFirstStage: afterFirstStage, secondStage: .trusted, pages: pages)), source)
    }
}

extension RoutingCell: CustomStringConvertible {
    /// For example `guest table, then trusted table, to private pages`.
    public var description: String {
        switch passage {
        case .refused(let rule): "nothing [\(rule.rawValue)]"
        case .notTranslated: "nothing: not translated"
        case .walked(let walk):
            "\(walk.hasFirstStage ? "guest table, then " : "")\(walk.secondStage.rawValue) table, to "
                + (walk.pages == .privateBelowVTOM ? "pages \(walk.pages.rawValue)" : "\(walk.pages.rawValue) pages")
        }
    }
}

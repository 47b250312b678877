public import PCIe

/// What a platform notices, told to everyone who listens, whether or not an owner has taken it meanwhile.
public protocol NoticeFeed: Sendable {
    /// What was noticed behind a position, oldest first; when that is nothing yet, what is noticed first, and nothing when
    /// `patience` (nanoseconds) is over before. Without a position: what no owner has taken yet, at once.
    func news(after position: UInt64?, patience: UInt64) async throws(PlatformError) -> NoticeNews
}

/// What was noticed since somebody asked last.
public struct NoticeNews: Hashable, Sendable, Codable {
    /// A notice, and the DSM that it is about.
    public struct Item: Hashable, Sendable, Codable {
        /// The function that hosts the DSM.
        public let dsm: FunctionAddress
        /// What was noticed.
        public let notice: Notice

        /// Creates an item.
        public init(dsm: FunctionAddress, notice: Notice) {
            self.dsm = dsm
            self.notice = notice
        }
    }

    /// Oldest first.
    public var items: [Item]
    /// The position behind them, to ask from next.
    public var position: UInt64
    /// Whether some came and went that were not told: more than the platform keeps.
    public var hasGap: Bool

    /// Creates news.
    public init(items: [Item], position: UInt64, hasGap: Bool = false) {
        self.items = items
        self.position = position
        self.hasGap = hasGap
    }
}

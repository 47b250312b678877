/// Pages of a VM on their way from private to shared or back. Asked for first, completed when nothing can reach them.
public struct PageConversion: Hashable, Sendable, Codable {
    /// Which way.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        /// From shared to private.
        case toPrivate
        /// From private to shared.
        case toShared
    }

    /// Host physical addresses: whole 4 KiB frames.
    public let physical: Range<UInt64>
    /// Whose pages.
    public let domain: DomainNumber
    /// Which way.
    public let direction: Direction

    /// Creates a conversion.
    public init(of physical: Range<UInt64>, domain: DomainNumber, _ direction: Direction) {
        self.physical = physical
        self.domain = domain
        self.direction = direction
    }

    /// What the pages are until it completes.
    public var before: FrameOwner {
        switch direction {
        case .toPrivate: .shared(domain)
        case .toShared: .private(domain)
        }
    }

    /// What the pages are once it has completed.
    public var after: FrameOwner {
        switch direction {
        case .toPrivate: .private(domain)
        case .toShared: .shared(domain)
        }
    }
}

extension PageConversion: TextWithNames {
    /// For example `conversion of 0x1000..<0x3000 of domain 2 to shared`.
    public func text(_ names: Names) -> String {
        let target =
            switch direction {
            case .toPrivate: "private"
            case .toShared: "shared"
            }
        return "conversion of \(hexRange(physical)) of \(names.domain(domain)) to \(target)"
    }
}

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

/// Why pages cannot change hands, or between private and shared. Addresses are host physical.
public enum PageError: Error, Hashable, Sendable {
    /// A bound of the range is not a multiple of 4 KiB.
    case misaligned(physical: UInt64)
    /// There is no memory at this address.
    case noMemory(physical: UInt64)
    /// The page at this address belongs to somebody else, or is not what is to be changed.
    case ownership(physical: UInt64, FrameOwner)
    /// Private and shared pages of a VM are exchanged by a conversion only, and pages of two VMs through the host.
    case notThroughHost
    /// A page of the range is being converted.
    case conversionPending(PageConversion)
    /// This conversion was not asked for.
    case notRequested
    /// A page can still be reached by DMA (rule ``RoutingRule/noConversionUnderDMA``).
    case reachable(PageReach)
}

/// What can still reach a page.
public enum PageReach: Hashable, Sendable, Codable {
    /// A table maps it, at this device address.
    case mapped(TableNumber, address: UInt64)
}

extension PageError: CustomStringConvertible {
    /// The rule that going on would have broken; nil: no safety rule, the request makes no sense.
    public var rule: RoutingRule? {
        switch self {
        case .reachable: .noConversionUnderDMA
        case .misaligned, .noMemory, .ownership, .notThroughHost, .conversionPending, .notRequested: nil
        }
    }

    /// One line for an operator.
    public var description: String {
        switch self {
        case .misaligned(let physical): "\(hexAddress(physical)) is not a multiple of 4 KiB"
        case .noMemory(let physical): "no memory at \(hexAddress(physical))"
        case .ownership(let physical, let owner): "\(hexAddress(physical)) is a \(owner)"
        case .notThroughHost: "pages change between VMs through the host, and between private and shared by conversion"
        case .conversionPending(let conversion): "\(conversion) is pending"
        case .notRequested: "this conversion was not asked for"
        case .reachable(.mapped(let table, let address)):
            "table \(table.rawValue) still maps a page at \(hexAddress(address))"
        }
    }
}

extension PageConversion: CustomStringConvertible {
    /// For example `conversion of 0x1000..<0x3000 of domain 2 to shared`.
    public var description: String {
        let target =
            switch direction {
            case .toPrivate: "private"
            case .toShared: "shared"
            }
        return "conversion of \(hexRange(physical)) of \(domain) to \(target)"
    }
}

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

extension PageError: TextWithNames {
    /// The rule that going on would have broken; nil: no safety rule, the request makes no sense.
    public var rule: RoutingRule? {
        switch self {
        case .reachable: .noConversionUnderDMA
        case .misaligned, .noMemory, .ownership, .notThroughHost, .conversionPending, .notRequested: nil
        }
    }

    /// Whether the same request can succeed later, once what stands in its way is gone: held, not refused.
    public var isHeld: Bool {
        switch self {
        case .reachable, .conversionPending: true
        case .misaligned, .noMemory, .ownership, .notThroughHost, .notRequested: false
        }
    }

    /// One line for an operator.
    public func text(_ names: Names) -> String {
        switch self {
        case .misaligned(let physical): "\(hexAddress(physical)) is not a multiple of 4 KiB"
        case .noMemory(let physical): "no memory at \(hexAddress(physical))"
        case .ownership(let physical, let owner): "\(hexAddress(physical)) is a \(owner.text(names))"
        case .notThroughHost: "pages change between VMs through the host, and between private and shared by conversion"
        case .conversionPending(let conversion): "\(conversion.text(names)) is pending"
        case .notRequested: "this conversion was not asked for"
        case .reachable(let reach): reach.text(names)
        }
    }
}

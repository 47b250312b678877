public import PCIe

/// Why a DMA reaches nothing: which check failed, in whose table, at which address, and which rule that upholds.
public struct Fault: Error, Hashable, Sendable, Codable {
    /// The check that failed.
    public let check: Check
    /// Who owns the table that the check was made in; nil: it failed before a table was chosen.
    public let table: TableOwner?
    /// The first address, as the device sent it, that did not pass.
    public let address: UInt64
    /// The safety rule that letting it through would have broken; nil: an ordinary fault.
    public let rule: RoutingRule?
    /// What there is to say beyond the check; nil: nothing.
    public let detail: Detail?

    /// Creates a fault.
    @inline(never)
    public init(
        _ check: Check, in table: TableOwner? = nil, at address: UInt64, rule: RoutingRule? = nil,
        detail: Detail? = nil
    ) {
        self.check = check
        self.table = table
        self.address = address
        self.rule = rule
        self.detail = detail
    }

    /// What made a check fail, where there is more than one thing that can.
    public enum Detail: Hashable, Sendable, Codable {
        /// The gate: T=1 of this VM is fenced off after a private DMA that faulted.
        case fenced(DomainNumber)
        /// The request names a host physical address, and translated requests are not taken from this requester.
        case translatedRequest
        /// The check was made for this guest physical address, behind the guest's own table.
        case secondStage(guestPhysical: UInt64)
    }

    /// The checks, in the order in which they are made.
    public enum Check: Hashable, Sendable, Codable {
        /// The request has no bytes, or runs past the end of the address space.
        case addressRange
        /// The profile lets this T value reach nothing while the requester is held like that.
        case gate(Standing, TBit)
        /// Bus mastering is switched off for the function.
        case busMasterDisabled
        /// The platform translates no DMA with this T value.
        case notTranslated(TBit)
        /// The request names a PASID that has no context.
        case pasid(PASID)
        /// There is no context for this requester and T value.
        case noContext(TBit)
        /// A table of the context belongs to another domain than the one that holds the requester.
        case contextOfOther(DomainNumber)
        /// The walk met an entry that is not present, at this level (1 is the last).
        case notMapped(level: Int)
        /// The page is mapped, but not for this access.
        case permission(DMAAccess)
        /// The table maps to a host physical address where there is no memory.
        case noMemory(physical: UInt64)
        /// The frame is not one that this request may reach.
        case ownership(physical: UInt64, FrameOwner)
    }
}

extension Fault: TextWithNames {
    /// One line, for example `host table, 0x4000: not mapped at level 1`, with the rule behind it in brackets.
    public func text(_ names: Names) -> String {
        let place = table.map { "\($0.text(names)), " } ?? ""
        let more = detail.map { ", \($0.text(names))" } ?? ""
        return "\(place)\(hexAddress(address)): \(check.text(names))\(more)\(rule.map { " [\($0.rawValue)]" } ?? "")"
    }
}

extension Fault.Check: TextWithNames {
    /// Its name for programs and scenario files.
    public var name: String {
        switch self {
        case .addressRange: "address-range"
        case .gate: "gate"
        case .busMasterDisabled: "bus-master-disabled"
        case .notTranslated: "not-translated"
        case .pasid: "pasid"
        case .noContext: "no-context"
        case .contextOfOther: "context-of-other"
        case .notMapped: "not-mapped"
        case .permission: "permission"
        case .noMemory: "no-memory"
        case .ownership: "ownership"
        }
    }

    /// What is wrong, one clause.
    public func text(_ names: Names) -> String {
        switch self {
        case .addressRange: "no bytes, or past the end of the address space"
        case .gate(let standing, let tBit): standing.refusal(of: tBit)
        case .busMasterDisabled: "bus mastering is disabled"
        case .notTranslated(let tBit): "the platform does not translate \(tBit)"
        case .pasid(let pasid): "no context for PASID \(pasid)"
        case .noContext(let tBit): "no context for \(tBit)"
        case .contextOfOther(let domain): "the context belongs to \(names.domain(domain))"
        case .notMapped(let level): "not mapped at level \(level)"
        case .permission(let access): "\(access.rawValue) is not permitted"
        case .noMemory(let physical): "no memory at \(hexAddress(physical))"
        case .ownership(let physical, let owner): "\(owner.text(names)) at \(hexAddress(physical))"
        }
    }
}

extension Fault.Detail: TextWithNames {
    /// One clause.
    public func text(_ names: Names) -> String {
        switch self {
        case .fenced(let domain): "\(names.domain(domain)) is fenced off after a private DMA that faulted"
        case .translatedRequest: "a translated request"
        case .secondStage(let guestPhysical): "guest physical \(hexAddress(guestPhysical))"
        }
    }
}

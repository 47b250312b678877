public import PCIe

/// Something other than DMA that a function asks of the platform, or the processor of a function.
public struct FunctionRequest: Hashable, Sendable, Codable {
    /// The function that sends it; for MMIO: that it is for.
    public let requesterID: RequesterID
    /// The T bit it carries.
    public let tBit: TBit
    /// What it is.
    public let content: Content

    /// Creates a request.
    public init(_ content: Content, _ requesterID: RequesterID, _ tBit: TBit) {
        self.requesterID = requesterID
        self.tBit = tBit
        self.content = content
    }

    /// What is asked.
    public enum Content: Hashable, Sendable, Codable {
        /// An interrupt: of MSI or of MSI-X, whose table may be locked and reported.
        case interrupt(isLocked: Bool)
        /// ATS: the translation of an address, for an access.
        case translation(address: UInt64, PASID?, DMAAccess)
        /// PRI: that a page be made present.
        case page(address: UInt64, PASID?)
        /// DMA straight to another function.
        case peer(RequesterID)
        /// The processor's access to MMIO, to a range with IS_NON_TEE_MEM or without.
        case mmio(isNonTEE: Bool)

        /// Its row in a profile's table.
        public var kind: RequestKind {
            switch self {
            case .interrupt(let isLocked): isLocked ? .lockedInterrupt : .interrupt
            case .translation: .translation
            case .page: .page
            case .peer: .peer
            case .mmio(let isNonTEE): isNonTEE ? .nonTEEMMIO : .mmio
            }
        }
    }
}

/// What becomes of a request.
public enum RequestVerdict: Hashable, Sendable, Codable {
    /// It is delivered.
    case passes
    /// It is answered with where the page leads: a host physical address, and what the device may do there.
    case translated(physical: UInt64, Permissions)
    /// Whoever owns the table that is walked first has to see to it.
    case forwarded(to: TableOwner)
    /// It is refused.
    case refused(RequestRefusal)
}

/// Why a request is refused.
public enum RequestRefusal: Hashable, Sendable, Codable {
    /// The profile's table says so.
    case closed(RequestKind, Standing, TBit, RequestCell)
    /// ATS is not switched on for the requester.
    case noATS
    /// The two functions are not bound to each other for peer-to-peer traffic.
    case notBound(RequesterID)
    /// Translating ends in this fault.
    case fault(Fault)
}

extension RequestVerdict: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .passes: "passes"
        case .translated(let physical, let permissions): "translated to \(hexAddress(physical)), \(permissions)"
        case .forwarded(let owner): "forwarded to the owner of the \(owner)"
        case .refused(let refusal): "refused: \(refusal)"
        }
    }
}

extension RequestRefusal: TextWithNames {
    /// One clause for an operator.
    public func text(_ names: Names) -> String {
        switch self {
        case .closed(let kind, let standing, let tBit, let cell):
            "no \(kind.rawValue) with \(tBit) in \(standing): \(cell.source)"
        case .noATS: "ATS is not enabled"
        case .notBound(let other): "not bound to \(names.requester(other))"
        case .fault(let fault): fault.text(names)
        }
    }
}

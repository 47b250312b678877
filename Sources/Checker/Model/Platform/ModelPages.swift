import IOMMU
import PCIe

/// The handful of pages that a lane is about, and where a device finds them.
///
/// Every device address of a second stage equals the physical one; behind a first stage it lies ``firstStageOffset``
/// higher. The VM of the lane is always domain 1 and any other VM is domain 2: names of VMs change nothing in routing.
enum ModelPage: UInt64, CaseIterable {
    /// The host's.
    case host = 0x1000
    /// Of the lane's VM, always private.
    case ownPrivate = 0x2000
    /// Of the lane's VM, always shared.
    case ownShared = 0x3000
    /// Of the lane's VM, private or shared: the one that is converted.
    case convertible = 0x4000
    /// Of another VM, always private.
    case otherPrivate = 0x5000
    /// Of another VM, always shared.
    case otherShared = 0x6000

    static let memorySize: UInt64 = 0x7000
    static let own = DomainNumber(rawValue: 1)
    static let other = DomainNumber(rawValue: 2)
    static let device = RequesterID(rawValue: 0x3b00)
    /// A function of another VM.
    static let peer = RequesterID(rawValue: 0x3c00)
    /// An address space of the device's that nobody set up.
    static let pasid = PASID(rawValue: 1)
    /// How much higher a guest maps its pages than where they are.
    static let firstStageOffset: UInt64 = 0x100_0000
    /// Where a hostile host maps all pages for T=0, beside what it ought to.
    static let hostileOffset: UInt64 = 0x200_0000

    /// First host physical address.
    var physical: UInt64 { rawValue }
    /// The frame.
    var frame: Range<UInt64> { physical..<physical + PageSize.small.bytes }

    /// The page at a device address of a second stage.
    func mapping(at offset: UInt64 = 0) -> Mapping {
        Mapping(address: physical + offset, physical: physical, pageSize: .small)
    }
}

/// What the convertible page of a VM is.
public enum PageState: UInt8, Hashable, Sendable, CaseIterable {
    /// Private.
    case `private`
    /// Private, and a conversion to shared was asked for.
    case becomingShared
    /// Shared.
    case shared
    /// Shared, and a conversion to private was asked for.
    case becomingPrivate

    /// The conversion that is pending; nil: none.
    var conversion: PageConversion? {
        switch self {
        case .private, .shared: nil
        case .becomingShared: PageConversion(of: ModelPage.convertible.frame, domain: ModelPage.own, .toShared)
        case .becomingPrivate: PageConversion(of: ModelPage.convertible.frame, domain: ModelPage.own, .toPrivate)
        }
    }

    /// Whether it is private until a conversion completes.
    var isPrivate: Bool { self == .private || self == .becomingShared }

    /// After a conversion was asked for, completed or given up; nil: not from here.
    func after(_ step: ConversionStep) -> PageState? {
        switch (self, step) {
        case (.private, .request): .becomingShared
        case (.shared, .request): .becomingPrivate
        case (.becomingShared, .complete), (.becomingPrivate, .cancel): .shared
        case (.becomingPrivate, .complete), (.becomingShared, .cancel): .private
        case (.private, .complete), (.private, .cancel), (.shared, .complete), (.shared, .cancel),
            (.becomingShared, .request), (.becomingPrivate, .request):
            nil
        }
    }
}

/// A step of a page conversion.
public enum ConversionStep: UInt8, Hashable, Sendable, CaseIterable {
    /// It is asked for; whoever maps the page lets go of it.
    case request
    /// The page changes.
    case complete
    /// It is given up; the page is mapped again as it was.
    case cancel
}

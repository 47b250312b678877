import Emulator
import PCIe
import TDISP

@testable import Checker
@testable import IOMMU

/// What is to be seen of one device and its platform, be they the checker's own or those of an emulated host.
struct DeviceFacts: Hashable {
    let isPresent: Bool
    /// The interface; nil: it is not there to have one.
    let tdi: TDIState?
    let isSessionAlive: Bool
    let isSecureAtDevice: Bool
    let isSecureAtPort: Bool
    let hasHostDriver: Bool
    let hasGuestDriver: Bool
    let isInDomain: Bool
    /// How the platform holds the function: its gate.
    let standing: Standing
    /// For which VM; nil: it is in none.
    let holder: DomainNumber?
    /// Whether the trusted context is open.
    let isTrustedOpen: Bool
    /// Whether T=1 of the VM is fenced off.
    let isFenced: Bool
    /// Whose memory the table for T=0 leads to, whatever the gate says; nil: there is no table.
    let untrustedMappings: Set<FrameOwner>?
    /// Whose memory DMA reaches: of all that there is, its own private and shared pages, those of another VM, the host's.
    let untrusted: Set<FrameOwner>
    let trusted: Set<FrameOwner>

    /// As the checker has it.
    init(_ lane: Lane, _ model: CheckerModel) throws {
        let unit = try ModelUnit(lane.platform, model).unit
        self.init(
            unit, ModelPage.device, isPresent: lane.device.isPresent, tdi: lane.device.tdi,
            isSessionAlive: lane.device.isSessionAlive, isSecureAtDevice: lane.device.isSecureAtDevice,
            isSecureAtPort: lane.device.isSecureAtPort, hasHostDriver: lane.hasHostDriver,
            hasGuestDriver: lane.hasGuestDriver, isInDomain: lane.isInDomain)
    }

    init(
        _ unit: RemappingUnit, _ function: RequesterID, isPresent: Bool, tdi: TDIState?, isSessionAlive: Bool,
        isSecureAtDevice: Bool, isSecureAtPort: Bool, hasHostDriver: Bool, hasGuestDriver: Bool, isInDomain: Bool
    ) {
        self.isPresent = isPresent
        self.tdi = isPresent ? tdi : nil
        self.isSessionAlive = isSessionAlive
        self.isSecureAtDevice = isSecureAtDevice
        self.isSecureAtPort = isSecureAtPort
        self.hasHostDriver = hasHostDriver
        self.hasGuestDriver = hasGuestDriver
        self.isInDomain = isInDomain
        let context = unit.context(of: function)
        standing = context.standing
        holder = isInDomain ? context.owner : nil
        isTrustedOpen = context.trustedTable != nil
        isFenced = !unit.fencedDomains.isEmpty
        untrustedMappings = context.hostTable.flatMap(unit.table).map { table in
            Set(table.mappings.compactMap { unit.ownership.owner(of: $0.physical) })
        }
        var open = unit
        open.setBusMaster(true, of: function)
        untrusted = Set(open.reachableRanges(of: function, .untrusted).map(\.owner))
        trusted = Set(open.reachableRanges(of: function, .trusted).map(\.owner))
    }

    /// What differs from others, by name: for a person.
    func differences(from other: Self) -> [String] {
        zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children).compactMap { mine, yours in
            let (mine, yours, name) = (Self.words(mine.value), Self.words(yours.value), mine.label ?? "")
            return mine == yours ? nil : "\(name): \(mine) in the checker, \(yours) on the emulated host"
        }
    }

    /// Sets in an order that is always the same.
    private static func words(_ value: Any) -> String {
        guard let owners = value as? Set<FrameOwner> else { return "\(value)" }
        return "\(owners.map(\.description).sorted())"
    }
}

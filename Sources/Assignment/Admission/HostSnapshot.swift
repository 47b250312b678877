public import IOMMU
public import PCIe
public import TDISP

/// The host as the platform shows it at one instant: what admission decides on.
public struct HostSnapshot: Hashable, Sendable, Codable {
    /// The platform's name, for example `emulated`.
    public var platform: String
    /// Every function that is there.
    public var functions: [FunctionFacts]
    /// Every domain that is defined.
    public var domains: [DomainFacts]
    /// Every host bridge.
    public var bridges: [BridgeFacts]
    /// Whether `/dev/iommu` is there; nil where the platform does not use it.
    public var iommufd: Bool?
    /// Whether the platform refreshes a stream's keys without ending its session; nil when that is not known.
    public var refreshesKeys: Bool?
    /// How the platform ends T=1, in the order in which that is tried; empty when it is not known.
    public var cuts: [PlatformCut] = []
    /// Why the policy does not load (file, line, reason); nil when it does or when there is none.
    public var policyError: String?

    /// Creates a snapshot.
    public init(
        platform: String, functions: [FunctionFacts], domains: [DomainFacts], bridges: [BridgeFacts],
        iommufd: Bool? = nil, refreshesKeys: Bool? = nil, policyError: String? = nil
    ) {
        self.platform = platform
        self.functions = functions
        self.domains = domains
        self.bridges = bridges
        self.iommufd = iommufd
        self.refreshesKeys = refreshesKeys
        self.policyError = policyError
    }

    /// The function at an address.
    public func function(_ address: FunctionAddress) -> FunctionFacts? { functions.first { $0.address == address } }

    /// The domain with this identity.
    public func domain(_ id: DomainID) -> DomainFacts? { domains.first { $0.id == id } }

    /// The domain with this name.
    public func domain(named name: String) -> DomainFacts? { domains.first { $0.name == name } }
}

/// One PCI function.
public struct FunctionFacts: Hashable, Sendable, Codable {
    /// Where it is.
    public var address: FunctionAddress
    /// The function that hosts its DSM (function 0 of the device), or nil when the device has none.
    public var dsm: FunctionAddress?
    /// The host bridge it is under, by name.
    public var bridge: String
    /// What it is, one or two words.
    public var name: String
    /// Vendor and device ID.
    public var vendorID: UInt16
    /// Device ID.
    public var deviceID: UInt16
    /// The physical function, when this is a virtual one.
    public var physicalFunction: FunctionAddress?
    /// TEE-IO Supported bit of Device Capabilities.
    public var teeIO: Bool
    /// Function Level Reset capable.
    public var flr: Bool
    /// The host driver bound to it (vfio-pci counts), if any.
    public var driver: String?
    /// The domain whose XML holds it as a hostdev.
    public var domain: DomainID?
    /// The TDISP state it answers now, or nil when it cannot be asked.
    public var state: TDIState?
    /// Whether its DSM has a session and a Secure stream.
    public var connected: Bool
    /// Virtual functions enabled now (physical functions only).
    public var enabledVFs: UInt16
    /// Only traffic class 0 is in use.
    public var trafficClassZero: Bool
    /// BARs and expansion ROM do not overlap.
    public var addressesDisjoint: Bool
    /// Phantom functions are off.
    public var phantomFunctionsOff: Bool
    /// The function answers configuration reads.
    public var present: Bool
    /// The memory it decodes, in order of base address registers.
    public var memory: [MemoryFacts]
    /// Whether its DSM's stream covers its requester ID; nil when there is no stream or the platform does not show it.
    public var inStream: Bool?
    /// Whether the platform lets no DMA of it through, whatever the tables say; nil when that is not shown.
    public var isShut: Bool?
    /// What came of authenticating its device when it appeared; nil when the platform does not tell.
    public var authentication: DeviceAuthentication?

    /// Creates facts about a function.
    public init(
        address: FunctionAddress, dsm: FunctionAddress?, bridge: String, name: String, vendorID: UInt16,
        deviceID: UInt16,
        physicalFunction: FunctionAddress? = nil, teeIO: Bool = true, flr: Bool = true, driver: String? = nil,
        domain: DomainID? = nil, state: TDIState? = nil, connected: Bool = false, enabledVFs: UInt16 = 0,
        trafficClassZero: Bool = true, addressesDisjoint: Bool = true, phantomFunctionsOff: Bool = true,
        present: Bool = true, memory: [MemoryFacts] = [], inStream: Bool? = nil,
        isShut: Bool? = nil, authentication: DeviceAuthentication? = nil
    ) {
        self.address = address
        self.dsm = dsm
        self.bridge = bridge
        self.name = name
        self.vendorID = vendorID
        self.deviceID = deviceID
        self.physicalFunction = physicalFunction
        self.teeIO = teeIO
        self.flr = flr
        self.driver = driver
        self.domain = domain
        self.state = state
        self.connected = connected
        self.enabledVFs = enabledVFs
        self.trafficClassZero = trafficClassZero
        self.addressesDisjoint = addressesDisjoint
        self.phantomFunctionsOff = phantomFunctionsOff
        self.present = present
        self.memory = memory
        self.inStream = inStream
        self.isShut = isShut
        self.authentication = authentication
    }
}

extension FunctionFacts {
    /// Whether it rests by what is recorded, and the platform lets nothing of it through: somebody cut it, and did not record
    /// that. The cut does not wait for the journal.
    public func isFoundShut(_ recorded: AssignmentState) -> Bool {
        switch recorded.phase {
        case .available, .attached, .private: isShut == true
        case .quarantined, .attaching, .quiescing, .locking, .locked, .attesting, .attested, .accepting, .confirming,
            .releasing, .detaching, .failed, .recovering, .unknown:
            false
        }
    }
}

extension FunctionFacts {
    /// What a manager takes it for that nobody has recorded, and that answers that it is locked, or of which the platform lets
    /// nothing through: its domain's, in nobody's private operation. Nil: it is no such function.
    public var adopted: AssignmentState? {
        let isLocked = state.map { $0 != .configUnlocked } ?? false
        guard dsm != nil, let holder = domain, isLocked || isShut == true else { return nil }
        return .attached(Attached(lineage: Lineage(rekeyOwed: true), owner: holder))
    }

    /// Whether a domain has it though by the record it is with the host, and it neither answers that it is locked nor was cut:
    /// it is in shared operation, or cannot be asked.
    public func isUnrecordedGuest(_ recorded: AssignmentState) -> Bool {
        recorded.phase == .available && dsm != nil && domain != nil && isShut != true
            && (state ?? .configUnlocked) == .configUnlocked
    }
}

/// Memory that a function decodes through one base address register.
public struct MemoryFacts: Hashable, Sendable, Codable {
    /// Number of the (first) base address register, 0...5.
    public var register: UInt8
    /// Physical address of the first byte.
    public var address: UInt64
    /// Bytes.
    public var size: UInt64

    /// Creates facts about a range.
    public init(register: UInt8, address: UInt64, size: UInt64) {
        self.register = register
        self.address = address
        self.size = size
    }
}

/// One domain.
public struct DomainFacts: Hashable, Sendable, Codable {
    /// Its identity.
    public var id: DomainID
    /// Its name.
    public var name: String
    /// Whether it runs.
    public var running: Bool
    /// The TEE that protects its memory (`sev-snp`, `tdx`, `cca`, `cove`), or nil: not a confidential VM.
    public var tee: String?
    /// Memory in KiB.
    public var memoryKiB: UInt64
    /// SHA-384 digests of the device root certificates that its guest pins, where the platform plays the guest's role.
    public var pinnedRoots: [[UInt8]]

    /// Creates facts about a domain.
    public init(
        id: DomainID, name: String, running: Bool, tee: String?, memoryKiB: UInt64, pinnedRoots: [[UInt8]] = []
    ) {
        self.id = id
        self.name = name
        self.running = running
        self.tee = tee
        self.memoryKiB = memoryKiB
        self.pinnedRoots = pinnedRoots
    }
}

/// One host bridge.
public struct BridgeFacts: Hashable, Sendable, Codable {
    /// Its name, for example `pci0000:3a`.
    public var name: String
    /// IDE streams it can hold.
    public var ideStreams: Int
    /// IDE streams not in use.
    public var ideStreamsLeft: Int

    /// Creates facts about a host bridge.
    public init(name: String, ideStreams: Int, ideStreamsLeft: Int) {
        self.name = name
        self.ideStreams = ideStreams
        self.ideStreamsLeft = ideStreamsLeft
    }
}

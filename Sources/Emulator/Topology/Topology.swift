public import Assignment
public import IOMMU
internal import PCIe

/// What an emulated host consists of: host bridges, devices behind their root ports, and virtual machines.
///
/// Written as YAML (``init(parsing:file:)``) or made in code. A description never changes; what becomes of it is in the
/// host that is built from it. Only what is marked `*` must be given:
///
/// ```yaml
/// version: 1                         # *
/// name: demo                         # *
/// platform: arm-cca                  # sev-tio, tdx-connect, arm-cca, cove-io, trusted-only;
///                                    # /split or /unified behind it where guests have an IOMMU
/// bridges:                           # *
///   - name: pci0000:3a               # * segment and bus
///     ide-streams: 16
/// devices:                           # *
///   - name: accelerator              # *
///     address: 0000:3b:00.0          # * function 0
///     bridge: pci0000:3a             # the nearest below its bus
///     root-port: 0000:3a:01.0        # the next free one
///     vendor: 0x1d05
///     device: 0x0001
///     class: 0x120000
///     functions: 1                   # physical functions
///     vfs: {total: 4, enabled: 4, offset: 1, stride: 1, device: 0x0002, memory: 64KiB}
///     memory: [16MiB, {size: 64KiB, address: 0x3000000000}]
///     features: [tee-io, flr, doe, ide, msi-x]   # and ats
///     dsm: {lock-flags: [no-fw-update, lock-msi-x], address-width: 52, requests-per-interface: 1,
///           requests-per-device: 4, streams: 1, port: 0, heartbeat-period: 0, key-period: 0}   # and boot-measurement: 4
///     identity: {serial: ACC-0001, root: Example Device CA, firmware: 1.0.0}
///     driver: accel                  # none
///     workload: {pattern: sequential, burst: 2, size: 64B, misbehaves: false}
///     flaws: []                      # phantom-functions, overlapping-memory, traffic-class,
///                                    # expired-certificate, foreign-certificate
/// domains:
///   - name: web1                     # *
///     uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001   # *
///     memory: 16MiB
///     tee: none                      # sev-snp, tdx, cca, cove
///     running: true
///     shared: [{from: 0, size: 1MiB}]
///     pinned-roots: [Example Device CA]
/// trusted-roots: [Example Device CA] # whom the host authenticates devices by; any root if left out
/// ```
public struct Topology: Hashable, Sendable {
    /// A name for people.
    public var name: String
    /// How the platform routes DMA, and whether guests have an IOMMU of their own.
    public var profile: RoutingProfile
    /// The host bridges.
    public var bridges: [Bridge]
    /// The devices, each behind a root port of its own.
    public var devices: [Device]
    /// The virtual machines.
    public var domains: [Domain]
    /// The roots under which the host accepts a device that appears, by the words in which devices name them; nil: any,
    /// as long as the device holds the key of a whole chain. What a guest accepts is the guest's decision.
    public var trustedRoots: [String]?

    /// Creates a topology; nothing is checked.
    public init(
        name: String, profile: RoutingProfile = .standard, bridges: [Bridge], devices: [Device], domains: [Domain],
        trustedRoots: [String]? = nil
    ) {
        self.name = name
        self.profile = profile
        self.bridges = bridges
        self.devices = devices
        self.domains = domains
        self.trustedRoots = trustedRoots
    }

    /// A host bridge: the root of a PCI hierarchy.
    public struct Bridge: Hashable, Sendable {
        /// Segment of all that is under it.
        public var segment: UInt16
        /// Its own bus, where the root ports are.
        public var bus: UInt8
        /// Selective IDE streams that its root ports can hold, all together.
        public var ideStreams: Int

        /// Creates a bridge.
        public init(segment: UInt16 = 0, bus: UInt8, ideStreams: Int = 16) {
            self.segment = segment
            self.bus = bus
            self.ideStreams = ideStreams
        }

        /// The name Linux gives it: `pci0000:3a`.
        public var name: String { "pci\(hex(segment, 4)):\(hex(bus, 2))" }
    }

    /// A virtual machine.
    public struct Domain: Hashable, Sendable {
        /// Its identity.
        public var id: DomainID
        /// Its name.
        public var name: String
        /// Bytes of memory, a multiple of 4 KiB; guest physical addresses start at 0.
        public var memory: UInt64
        /// The TEE that protects its memory; nil: not a confidential VM.
        public var tee: TEE?
        /// Whether it runs.
        public var isRunning: Bool
        /// Guest physical ranges that it made shared, page-aligned. Without a TEE all of its memory is.
        public var shared: [Range<UInt64>]
        /// The roots that its guest pins, by the words in which devices name them.
        public var pinnedRoots: [String]

        /// The kinds of trusted execution environment.
        public enum TEE: String, Hashable, Sendable, CaseIterable {
            /// AMD SEV-SNP.
            case sevSNP = "sev-snp"
            /// Intel TDX.
            case tdx
            /// Arm CCA.
            case cca
            /// RISC-V CoVE.
            case cove
        }

        /// Creates a virtual machine; unless told otherwise it runs and shares its first MiB.
        public init(
            id: DomainID, name: String, memory: UInt64 = 16 << 20, tee: TEE? = .sevSNP, isRunning: Bool = true,
            shared: [Range<UInt64>] = [0..<1 << 20], pinnedRoots: [String] = [Identity.defaultRoot]
        ) {
            self.id = id
            self.name = name
            self.memory = memory
            self.tee = tee
            self.isRunning = isRunning
            self.shared = shared
            self.pinnedRoots = pinnedRoots
        }
    }
}

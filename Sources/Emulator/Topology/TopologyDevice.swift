public import PCIe
public import TDISP

extension Topology {
    /// A device: one or more physical functions, their virtual functions, and perhaps a DSM that speaks for them all.
    public struct Device: Hashable, Sendable {
        /// What it is, one or two words.
        public var name: String
        /// Address of function 0.
        public var address: FunctionAddress
        /// Its root port.
        public var rootPort: FunctionAddress
        /// Vendor ID.
        public var vendorID: UInt16
        /// Device ID of the physical functions.
        public var deviceID: UInt16
        /// Class code, 24 bits.
        public var classCode: UInt32
        /// Number of physical functions, 1...8, all alike.
        public var physicalFunctions: Int
        /// Virtual functions of each physical function; nil: none.
        public var virtualFunctions: VirtualFunctions?
        /// Memory ranges of each physical function.
        public var memoryRanges: [MemoryRange]
        /// Where the memory of the virtual functions begins; nil: the host picks a place.
        public var virtualMemory: UInt64?
        /// What it can do.
        public var features: Set<Feature>
        /// What its DSM can do; meaningless without ``Feature/teeIO``.
        public var dsm: DSMOptions
        /// Who it says it is.
        public var identity: Identity
        /// The host driver that is bound to its functions at the start; nil: none.
        public var driver: String?
        /// The DMA that its functions make.
        public var workload: Workload
        /// What is wrong with how it is set up, on purpose.
        public var flaws: Set<Flaw>

        /// Creates a device.
        public init(
            name: String, address: FunctionAddress, rootPort: FunctionAddress, vendorID: UInt16 = 0x1D05,
            deviceID: UInt16 = 0x0001, classCode: UInt32 = 0x12_0000, physicalFunctions: Int = 1,
            virtualFunctions: VirtualFunctions? = nil, memoryRanges: [MemoryRange] = [MemoryRange(register: 0)],
            virtualMemory: UInt64? = nil, features: Set<Feature> = Feature.standard,
            dsm: DSMOptions = DSMOptions(), identity: Identity,
            driver: String? = nil, workload: Workload = Workload(), flaws: Set<Flaw> = []
        ) {
            self.name = name
            self.address = address
            self.rootPort = rootPort
            self.vendorID = vendorID
            self.deviceID = deviceID
            self.classCode = classCode
            self.physicalFunctions = physicalFunctions
            self.virtualFunctions = virtualFunctions
            self.memoryRanges = memoryRanges
            self.virtualMemory = virtualMemory
            self.features = features
            self.dsm = dsm
            self.identity = identity
            self.driver = driver
            self.workload = workload
            self.flaws = flaws
        }

        /// What can be wrong with a device. LOCK refuses how it is set up; its certificate keeps it from connecting.
        public enum Flaw: String, Hashable, Sendable, CaseIterable {
            /// Phantom functions are enabled.
            case phantomFunctions = "phantom-functions"
            /// Two memory ranges overlap.
            case overlappingMemory = "overlapping-memory"
            /// Its stream carries another traffic class than 0.
            case trafficClass = "traffic-class"
            /// Its certificate has expired.
            case expiredCertificate = "expired-certificate"
            /// Its certificate names another device.
            case foreignCertificate = "foreign-certificate"
        }

        /// What a device can have.
        public enum Feature: String, Hashable, Sendable, CaseIterable {
            /// TEE-IO Supported: a DSM that speaks TDISP.
            case teeIO = "tee-io"
            /// Function level reset.
            case flr
            /// A DOE mailbox in function 0.
            case doe
            /// Selective IDE.
            case ide
            /// MSI-X.
            case msiX = "msi-x"
            /// Address translation services: functions ask for translations and keep them.
            case ats

            /// What devices have that say nothing of it: everything but ATS.
            public static let standard: Set<Feature> = [.teeIO, .flr, .doe, .ide, .msiX]
        }
    }

    /// Virtual functions (SR-IOV) of a physical function.
    public struct VirtualFunctions: Hashable, Sendable {
        /// How many there can be.
        public var total: UInt16
        /// How many of each physical function exist at the start.
        public var enabled: UInt16
        /// What is added to the physical function's requester ID to get the first one's.
        public var offset: UInt16
        /// What is added to one's requester ID to get the next one's.
        public var stride: UInt16
        /// Their device ID.
        public var deviceID: UInt16
        /// Bytes of memory of each, at register 0; a power of two, at least 4 KiB.
        public var memory: UInt64

        /// Creates virtual functions.
        public init(
            total: UInt16, enabled: UInt16, offset: UInt16 = 1, stride: UInt16 = 1, deviceID: UInt16 = 0x0002,
            memory: UInt64 = 64 << 10
        ) {
            self.total = total
            self.enabled = enabled
            self.offset = offset
            self.stride = stride
            self.deviceID = deviceID
            self.memory = memory
        }
    }

    /// A memory range of a function: a 64-bit base address register (BAR).
    public struct MemoryRange: Hashable, Sendable {
        /// Number of the lower register: 0, 2 or 4.
        public var register: Int
        /// Bytes, a power of two, at least 4 KiB.
        public var size: UInt64
        /// First address; nil: the host picks one. Further physical functions follow at multiples of the size.
        public var address: UInt64?

        /// Creates a range.
        public init(register: Int, size: UInt64 = 64 << 10, address: UInt64? = nil) {
            self.register = register
            self.size = size
            self.address = address
        }
    }

    /// What a DSM can do.
    public struct DSMOptions: Hashable, Sendable {
        /// Lock flags that it takes.
        public var lockFlags: LockFlags
        /// DEV_ADDR_WIDTH.
        public var addressWidth: UInt8
        /// NUM_REQ_THIS.
        public var requestsPerInterface: UInt8
        /// NUM_REQ_ALL.
        public var requestsPerDevice: UInt8
        /// Selective stream blocks of its port.
        public var streams: Int
        /// PortIndex of its port in IDE_KM.
        public var port: UInt8
        /// Seconds between heartbeats that it wants of whoever has a session with it, 0 for none.
        public var heartbeatPeriod: UInt8
        /// Seconds after which it wants a new key for what it sends in a session, 0 for never. It can only say so when it is
        /// asked, which is with each heartbeat.
        public var keyPeriod: UInt16
        /// The index of a measurement that is another one after each boot (power-on, conventional reset), 4...239; 0: it has
        /// none. The host knows of it, as of a reference value that has to be one of the same boot.
        public var bootMeasurement: UInt8

        /// Creates options.
        public init(
            lockFlags: LockFlags = [.noFirmwareUpdate, .lockMSIX], addressWidth: UInt8 = 52,
            requestsPerInterface: UInt8 = 1, requestsPerDevice: UInt8 = 4, streams: Int = 1, port: UInt8 = 0,
            heartbeatPeriod: UInt8 = 0, keyPeriod: UInt16 = 0, bootMeasurement: UInt8 = 0
        ) {
            self.lockFlags = lockFlags
            self.addressWidth = addressWidth
            self.requestsPerInterface = requestsPerInterface
            self.requestsPerDevice = requestsPerDevice
            self.streams = streams
            self.port = port
            self.heartbeatPeriod = heartbeatPeriod
            self.keyPeriod = keyPeriod
            self.bootMeasurement = bootMeasurement
        }

        /// The requests that it takes: those for peer-to-peer streams where an interface can be locked for them.
        var requests: RequestSet {
            lockFlags.contains(.bindP2P)
                ? .mandatory.union(RequestSet([.bindP2PStream, .unbindP2PStream])) : .mandatory
        }
    }

    /// Who a device is. Its certificate chain is issued from these words when it is first asked.
    public struct Identity: Hashable, Sendable {
        /// Who signed its certificate.
        public var root: String
        /// The root of devices that name none, and what guests pin that name none.
        public static let defaultRoot = "Example Device CA"
        /// Its serial number.
        public var serial: String
        /// Version of its firmware.
        public var firmware: String

        /// Creates an identity.
        public init(root: String = Identity.defaultRoot, serial: String, firmware: String = "1.0.0") {
            self.root = root
            self.serial = serial
            self.firmware = firmware
        }
    }

    /// The DMA that a function makes while a driver has it run.
    public struct Workload: Hashable, Sendable {
        /// Which addresses it goes to, of those that its driver gave it.
        public var pattern: Pattern
        /// How many transfers it makes each time the host's clock moves.
        public var burst: Int
        /// Bytes of one transfer, at most a page.
        public var size: UInt64
        /// Whether it also tries what it may not: the wrong T bit, foreign pages, DMA while locked or switched off.
        public var misbehaves: Bool

        /// Orders of addresses.
        public enum Pattern: String, Hashable, Sendable, CaseIterable {
            /// One page after the other.
            case sequential
            /// Anywhere.
            case scattered
            /// None: no DMA.
            case idle
        }

        /// Creates a workload.
        public init(pattern: Pattern = .sequential, burst: Int = 2, size: UInt64 = 64, misbehaves: Bool = false) {
            self.pattern = pattern
            self.burst = burst
            self.size = size
            self.misbehaves = misbehaves
        }
    }
}

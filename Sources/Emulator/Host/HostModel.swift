internal import Assignment
internal import IOMMU
internal import PCIe
internal import SPDMEndpoints

/// The emulated host: devices, links, TSM, IOMMU, memory and virtual machines, in virtual time.
///
/// A value without copies: whoever holds it is its one owner, because it holds sessions and keys. What it does is
/// deterministic: random bits that show come from outside, and time moves only by what is done. Keys and signatures of
/// certificates and sessions are real, and so another time they are others.
///
/// ```
///   effects (what the engine orders)          events (what happens unasked)
///        |                                          |
///       TSM --- session, IDE_KM, TDISP as bytes --- device: DSM, stream, registers
///        |                                          |
///      IOMMU <-------------- DMA, T=0/T=1 ----------+
/// ```
public struct HostModel: ~Copyable {
    /// What it was built from.
    public let topology: Topology
    /// Nanoseconds since it was built.
    public internal(set) var time: UInt64 = 0
    /// How many records one key of a session protects.
    public var recordLimit = SessionKeys.recordLimit
    /// How long things take.
    public var latencies = Latencies()
    /// Called when a fault says that the host crashes; in a process of its own it does not return.
    public var onCrash: @Sendable () -> Void = {}

    var entropy: any EntropySource
    /// Who issues the devices' certificates.
    let authority = IdentityAuthority()
    /// The devices by the address of function 0.
    var devices: [FunctionAddress: EmulatedDevice] = [:]
    /// The device of each function, by the address of function 0.
    var deviceOf: [FunctionAddress: FunctionAddress] = [:]
    /// The devices that want heartbeats, by the address of function 0.
    let heartbeatDevices: [FunctionAddress]
    /// The functions that have ATS, in order.
    let translatingFunctions: [FunctionAddress]
    /// What host and guest software do with each function.
    var software: [FunctionAddress: FunctionSoftware] = [:]
    var workloads: [FunctionAddress: WorkloadState] = [:]
    var domains: [DomainID: EmulatedDomain] = [:]
    var tsm = TSM()
    var memory: HostMemory
    var faults = FaultPlan()
    var trace: ProtocolTrace
    var notices = NoticeBoard()
    /// What a host counts of the signs of trouble, since it was built.
    var signalCounts: [SignalCounter: UInt64] = [:]
    /// The fences of each segment's IOMMU that were told of.
    var toldFences: [UInt16: Set<DomainNumber>] = [:]

    /// Builds a host.
    ///
    /// - Parameters:
    ///   - topology: what it consists of.
    ///   - entropy: where it draws its random bits.
    ///   - traceCapacity: how many protocol messages it remembers.
    ///
    /// Throws ``TopologyError`` when a device's registers cannot be laid out.
    public init(
        _ topology: Topology, entropy: any EntropySource, traceCapacity: Int = 4096
    ) throws(TopologyError) {
        self.topology = topology
        self.entropy = entropy
        trace = ProtocolTrace(capacity: traceCapacity)
        heartbeatDevices = topology.devices.filter { $0.dsm.heartbeatPeriod > 0 }.map(\.address).sorted()
        translatingFunctions = topology.devices.filter { $0.features.contains(.ats) }.flatMap(\.allFunctions).sorted()
        var base = HostMemory.domainsBase
        for (index, description) in topology.domains.enumerated() {
            let number = DomainNumbering.number(of: index)
            domains[description.id] = EmulatedDomain(description, number: number, base: base)
            base += DomainNumbering.aligned(description.memory)
        }
        memory = HostMemory(
            topology.profile, segments: Set(topology.bridges.map(\.segment)),
            domains: domains.values.sorted { $0.number < $1.number })
        var factory = ConfigurationFactory()
        for description in topology.devices { try add(description, &factory) }
    }

    private mutating func add(
        _ description: Topology.Device, _ factory: inout ConfigurationFactory
    ) throws(TopologyError) {
        guard topology.bridge(of: description) != nil else {
            throw TopologyError("\(description.name): no bridge has the bus of its root port \(description.rootPort)")
        }
        let device: EmulatedDevice
        do {
            device = try EmulatedDevice(description, factory: &factory, entropy: entropy.fork())
        } catch {
            throw TopologyError("\(description.name): registers cannot be laid out: \(error)")
        }
        devices[device.address] = device
        for function in device.allFunctions {
            deviceOf[function.address] = device.address
            software[function.address] = FunctionSoftware(
                nativeDriver: description.driver, saved: function.registers.space)
            workloads[function.address] = WorkloadState(description.workload)
            memory.setCanBeTrusted(device.dsm != nil, of: function.address)
        }
        for function in device.allFunctions { setATS(true, of: function, device) }
        for function in device.functions { bindNativeDriver(to: function, of: device) }
    }
}

/// Why a topology cannot be built.
public struct TopologyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, one line.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension HostModel {
    /// The device and function at an address, be it enabled or not.
    func locate(_ address: FunctionAddress) -> (device: EmulatedDevice, function: EmulatedFunction)? {
        guard let name = deviceOf[address], let device = devices[name],
            let function = device.function(address.requesterID)
        else { return nil }
        return (device, function)
    }

    /// The bridge that a device is under.
    func bridge(of device: EmulatedDevice) -> Topology.Bridge? { topology.bridge(of: device.description) }

    /// Time passes. The functions of the device that is worked with make their DMA meanwhile.
    mutating func advance(_ nanoseconds: UInt64, _ device: EmulatedDevice?) {
        time += nanoseconds
        keepSessions()
        if let device { runWorkload(of: device) }
        completeConversions()
    }

    /// Time passes for everybody, in steps of at most 10 ms.
    public mutating func advanceTime(by nanoseconds: UInt64) {
        var rest = nanoseconds
        repeat {
            let step = min(rest, 10_000_000)
            time += step
            rest -= step
            keepSessions()
            for device in devices.keys.sorted().compactMap({ devices[$0] }) { runWorkload(of: device) }
            completeConversions()
        } while rest > 0
    }

    /// A configuration write of the host or of a guest. Virtual functions come and go with it, and the IOMMU sees whether
    /// functions may master the bus.
    mutating func write(_ write: ConfigurationWrite, to function: EmulatedFunction, of device: EmulatedDevice) {
        time += latencies.configurationWrite
        let before = device.functions
        device.write(write, to: function)
        followVirtualFunctions(of: device, from: before)
        followBusMastering(of: device)
    }

    /// Sets or clears bits of a function's command register.
    mutating func setCommand(_ bits: Command, _ isSet: Bool, of function: EmulatedFunction, _ device: EmulatedDevice) {
        var command = function.registers.space.command
        if isSet { command.formUnion(bits) } else { command.subtract(bits) }
        let value = UInt32(command.rawValue)
        guard let write = try? ConfigurationWrite(offset: 0x04, width: .word, value: value) else { return }
        self.write(write, to: function, of: device)
    }

    /// Bus mastering counts from the function on, and needs a device that is there.
    mutating func followBusMastering(of device: EmulatedDevice) {
        for function in device.allFunctions {
            let isOn = function.canMaster && device.has(function)
            if memory.context(of: function.address)?.isBusMaster != isOn {
                memory.setBusMaster(isOn, of: function.address)
            }
        }
    }
}

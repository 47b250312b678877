internal import Assignment
internal import Checker
internal import Emulator
internal import IOMMU
internal import PCIe
internal import StrictYAML

/// The emulated host on which a counterexample is replayed, and which of its parts is which of the checker's.
struct CounterexampleHost {
    let source: Scenario.TopologySource
    let topology: Topology
    /// Which platform must be named, because it is not the topology's own.
    let platform: RoutingProfile?
    private let functions: [Place]

    /// Bytes of every VM that are private from the start and are no driver's.
    static let convertiblePage: UInt64 = 0x20_0000

    /// Throws ``YAMLError`` if the topology's text is none, which a test rules out.
    init(_ counterexample: HostCounterexample) throws(YAMLError) {
        let first = counterexample.isFunctionZero ? 1 : 0
        let fits = counterexample.areSiblings ? counterexample.devices - first <= 2 : counterexample.devices == 1
        let isDemo = fits && counterexample.vms <= 2 && counterexample.streams == nil
        source = isDemo ? .demo : .here
        var topology =
            isDemo ? try Topology.demo() : try Topology(parsing: Self.text(counterexample), file: "counterexample")
        platform = counterexample.profile == topology.profile ? nil : counterexample.profile
        topology.profile = counterexample.profile
        self.topology = topology
        functions = (0..<counterexample.devices).map { number in
            let device = topology.devices[counterexample.areSiblings ? 0 : number]
            let virtual = counterexample.areSiblings ? number - first : -first
            return Place(
                function: (virtual < 0 ? nil : device.virtualFunction(virtual, of: 0)) ?? device.address,
                dsm: device.address)
        }
    }

    /// A device by the checker's number.
    func place(ofDevice device: Int) -> Place { functions[device] }

    /// A VM by the checker's number. The first two of the demo topology are confidential.
    func domain(ofVM vm: Int) -> DomainID { topology.domains[vm].id }

    /// A VM as the engine was told of it: the checker numbers them from 1.
    func domain(_ id: DomainID) -> DomainID { domain(ofVM: Int(truncatingIfNeeded: id.low) - 1) }

    private static func text(_ counterexample: HostCounterexample) -> String {
        let count = counterexample.areSiblings ? 1 : counterexample.devices
        let functions =
            counterexample.areSiblings
            ? ", vfs: {total: \(counterexample.devices)}" : counterexample.isFunctionZero ? "" : ", vfs: {total: 1}"
        let devices = (0..<count).map { number in
            "  - {name: device\(number), address: \"0000:\(16 + number):00.0\", driver: accel\(functions)}"
        }
        let domains = (0..<counterexample.vms).map { number in
            "  - {name: vm\(number), uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b000\(number), memory: 4MiB, tee: sev-snp}"
        }
        return """
            version: 1
            name: \(counterexample.devices) devices and \(counterexample.vms) VMs
            bridges:
              - {name: pci0000:00, ide-streams: \(counterexample.streams ?? 64)}
            devices:
            \(devices.joined(separator: "\n"))
            domains:
            \(domains.joined(separator: "\n"))
            """
    }
}

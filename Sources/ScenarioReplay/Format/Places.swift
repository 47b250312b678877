internal import Assignment
internal import Emulator
internal import PCIe
internal import StrictYAML

/// The names of a topology: functions by `accelerator`, `accelerator/pf1`, `accelerator/vf0` or full address, domains by name.
struct Places: Sendable {
    private let functions: [(name: String, place: Place)]
    private let domains: [(name: String, id: DomainID, memory: UInt64)]
    /// How many virtual functions each physical function can have.
    private let virtualFunctions: [FunctionAddress: UInt16]

    init(_ topology: Topology) {
        functions = topology.devices.flatMap(Self.functions)
        domains = topology.domains.map { ($0.name, $0.id, $0.memory) }
        virtualFunctions = Dictionary(
            uniqueKeysWithValues: topology.devices.flatMap { device in
                (0..<device.physicalFunctions).map {
                    (device.physicalFunction($0), device.virtualFunctions?.total ?? 0)
                }
            })
    }

    private static func functions(of device: Topology.Device) -> [(name: String, place: Place)] {
        func named(_ name: String, _ address: FunctionAddress) -> (name: String, place: Place) {
            (name, Place(function: address, dsm: device.address))
        }
        return (0..<device.physicalFunctions).flatMap { number in
            let name = number == 0 ? device.name : "\(device.name)/pf\(number)"
            let virtual = (0..<Int(device.virtualFunctions?.total ?? 0)).compactMap { index in
                device.virtualFunction(index, of: number).map { named("\(name)/vf\(index)", $0) }
            }
            return [named(name, device.physicalFunction(number))] + virtual
        }
    }

    /// The name of a function, or its address if it has none.
    func name(of address: FunctionAddress) -> String {
        functions.first { $0.place.function == address }?.name ?? "\(address)"
    }

    /// The name of a domain, or its UUID if it has none.
    func name(of id: DomainID) -> String { domains.first { $0.id == id }?.name ?? "\(id)" }

    /// A function with the DSM that speaks for it; nil: the topology has none at this address.
    func place(of address: FunctionAddress) -> Place? { functions.first { $0.place.function == address }?.place }

    /// Every domain's name.
    var domainNames: [String] { domains.map(\.name) }

    /// A function by name or address.
    func function(_ node: YAMLNode) throws(YAMLError) -> Place {
        let text = try node.string()
        if let address = try? FunctionAddress(parsing: text),
            let known = functions.first(where: { $0.place.function == address })
        {
            return known.place
        }
        return functions[try node.choice(among: functions.map(\.name))].place
    }

    /// A device, by its function 0.
    func device(_ node: YAMLNode) throws(YAMLError) -> FunctionAddress {
        let place = try function(node)
        guard place.function == place.dsm else {
            throw node.error("this happens to a device as a whole, which is named by its function 0, \(place.dsm)")
        }
        return place.dsm
    }

    /// A physical function, and how many virtual ones it can have: at least one.
    func physicalFunction(_ node: YAMLNode) throws(YAMLError) -> (function: FunctionAddress, virtual: UInt16) {
        let function = try function(node).function
        guard let virtual = virtualFunctions[function], virtual > 0 else {
            throw node.error("this happens to a physical function with SR-IOV, which \(function) is not")
        }
        return (function, virtual)
    }

    /// A domain by name, and how many bytes of memory it has.
    func domainWithMemory(_ node: YAMLNode) throws(YAMLError) -> (id: DomainID, memory: UInt64) {
        let domain = domains[try node.choice(among: domainNames)]
        return (domain.id, domain.memory)
    }

    /// A domain by name.
    func domain(_ node: YAMLNode) throws(YAMLError) -> DomainID {
        domains[try node.choice(among: domainNames)].id
    }
}

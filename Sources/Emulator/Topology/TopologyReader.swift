internal import Assignment
internal import IOMMU
internal import PCIe
public import StrictYAML

extension Topology {
    /// Reads a topology file.
    ///
    /// Throws ``YAMLError`` with file, line and column: as ``init(parsing:file:)``, and when the file cannot be read.
    public init(contentsOfFile path: String) throws(YAMLError) {
        try self.init(YAMLNode(contentsOfFile: path))
    }

    /// Reads YAML text; `file` is the name that errors show.
    ///
    /// Throws ``YAMLError`` with file, line and column for what is not a topology (unknown keys, wrong types) and for
    /// what contradicts itself (addresses used twice, memory that overlaps, names of what is not there).
    public init(parsing text: String, file: String) throws(YAMLError) {
        try self.init(YAMLNode(parsing: text, file: file))
    }

    /// Reads a topology out of a larger document.
    ///
    /// Throws ``YAMLError`` as ``init(parsing:file:)``.
    public init(_ node: YAMLNode) throws(YAMLError) {
        self = try node.mapping { map throws(YAMLError) in
            try map.required("version").formatVersion(1)
            let name = try map.required("name").string()
            let profile = try map.optional("platform")?.routingProfile() ?? .standard
            var reader = TopologyReader()
            for node in try map.required("bridges").list() { try reader.bridge(node) }
            for node in try map.required("devices").list() { try reader.device(node) }
            for node in try map.optional("domains")?.list() ?? [] { try reader.domain(node) }
            return Topology(
                name: name, profile: profile, bridges: reader.bridges, devices: reader.devices,
                domains: reader.domains, trustedRoots: try map.optional("trusted-roots")?.rootNames())
        }
    }
}

/// A topology while it is read: what is new is checked against what was there before it.
struct TopologyReader {
    private(set) var bridges: [Topology.Bridge] = []
    private(set) var devices: [Topology.Device] = []
    private(set) var domains: [Topology.Domain] = []
    /// Every function address in use, and by what.
    private var taken: [FunctionAddress: String] = [:]
    /// Memory given to functions, per segment, and to what.
    private var memory: [UInt16: [(range: Range<UInt64>, owner: String)]] = [:]

    // MARK: Bridges

    mutating func bridge(_ node: YAMLNode) throws(YAMLError) {
        let bridge = try node.mapping { map throws(YAMLError) in
            let nameNode = try map.required("name")
            guard var bridge = Topology.Bridge(name: try nameNode.string()) else {
                throw nameNode.error("expected a name such as pci0000:3a (segment and bus in hexadecimal)")
            }
            guard !bridges.contains(where: { $0.name == bridge.name }) else {
                throw nameNode.error("bridge \(bridge.name) is already there")
            }
            bridge.ideStreams = try map.optional("ide-streams")?.integer(Int.self, in: 0...256) ?? bridge.ideStreams
            return bridge
        }
        bridges.append(bridge)
    }

    // MARK: Devices

    mutating func device(_ node: YAMLNode) throws(YAMLError) {
        let device = try node.mapping { map throws(YAMLError) in try self.device(&map) }
        devices.append(device)
    }

    private mutating func device(_ map: inout YAMLMapping) throws(YAMLError) -> Topology.Device {
        let nameNode = try map.required("name")
        let name = try nameNode.string()
        guard !devices.contains(where: { $0.name == name }) else {
            throw nameNode.error("device '\(name)' is already there")
        }
        let addressNode = try map.required("address")
        let address = try addressNode.address()
        guard address.requesterID.function == 0 else {
            throw addressNode.error("\(address) is not function 0, by which a device is named")
        }
        let bridge = try self.bridge(map.optional("bridge"), over: address, at: addressNode)
        let rootPort = try self.rootPort(map.optional("root-port"), on: bridge, of: name, at: addressNode)
        let identity = try map.optional("identity")?.identity() ?? Topology.Identity(serial: "\(name)-\(address)")
        var device = Topology.Device(name: name, address: address, rootPort: rootPort, identity: identity)
        try device.readRegisters(&map)
        try device.readBehaviour(&map)
        try take(device, at: addressNode)
        try place(&device, at: addressNode)
        return device
    }

    /// The bridge named, or the one with the highest bus not above the device's.
    private func bridge(
        _ node: YAMLNode?, over address: FunctionAddress, at place: YAMLNode
    ) throws(YAMLError) -> Topology.Bridge {
        guard let node else {
            let above = bridges.filter { $0.segment == address.segment && $0.bus < address.requesterID.bus }
            guard let bridge = above.max(by: { $0.bus < $1.bus }) else {
                throw place.error("no bridge in segment \(hex(address.segment, 4)) has a bus below \(address)")
            }
            return bridge
        }
        let name = try node.string()
        guard let bridge = bridges.first(where: { $0.name == name }) else {
            throw node.error("unknown bridge '\(name)'; there are \(bridges.map(\.name).joined(separator: ", "))")
        }
        guard bridge.segment == address.segment, bridge.bus < address.requesterID.bus else {
            throw node.error("\(address) cannot be under \(name): another segment, or a bus that is not above its own")
        }
        return bridge
    }

    /// The root port named, or the next free one of the bridge.
    private mutating func rootPort(
        _ node: YAMLNode?, on bridge: Topology.Bridge, of name: String, at place: YAMLNode
    ) throws(YAMLError) -> FunctionAddress {
        let port: FunctionAddress
        if let node {
            port = try node.address()
            guard port.segment == bridge.segment, port.requesterID.bus == bridge.bus else {
                throw node.error("root port \(port) is not on \(bridge.name)")
            }
        } else {
            guard let free = bridge.rootPorts.first(where: { taken[$0] == nil }) else {
                throw place.error("\(bridge.name) has no root port left")
            }
            port = free
        }
        try take(port, for: "the root port of \(name)", at: node ?? place)
        return port
    }

    private mutating func take(_ address: FunctionAddress, for owner: String, at node: YAMLNode) throws(YAMLError) {
        if let other = taken.updateValue(owner, forKey: address) {
            throw node.error("\(address) is used twice: by \(other) and by \(owner)")
        }
    }

    private mutating func take(_ device: Topology.Device, at node: YAMLNode) throws(YAMLError) {
        for function in 0..<device.physicalFunctions {
            try take(device.physicalFunction(function), for: device.name, at: node)
        }
        for function in 0..<device.physicalFunctions {
            for number in 0..<Int(device.virtualFunctions?.total ?? 0) {
                guard let address = device.virtualFunction(number, of: function) else {
                    throw node.error("virtual function \(number) of \(device.name) would be behind the last bus")
                }
                try take(address, for: "virtual function \(number) of \(device.name)", at: node)
            }
        }
    }

    // MARK: Memory of devices

    /// Gives memory ranges their addresses, and refuses those that overlap unless the file says that they shall.
    private mutating func place(_ device: inout Topology.Device, at node: YAMLNode) throws(YAMLError) {
        let segment = device.address.segment
        let overlaps = device.flaws.contains(.overlappingMemory)
        guard !overlaps || device.memoryRanges.count > 1 else {
            throw node.error("overlapping-memory needs two memory ranges in \(device.name)")
        }
        for index in device.memoryRanges.indices {
            let range = device.memoryRanges[index]
            let count = range.size * UInt64(device.physicalFunctions)
            let first = overlaps && index > 0 ? device.memoryRanges[0].address : nil
            guard let base = range.address ?? first ?? freeMemory(in: segment, aligned: range.size),
                base.isMultiple(of: range.size), !base.addingReportingOverflow(count).overflow
            else { throw node.error("memory \(range.register) of \(device.name) is not aligned to its size, or wraps") }
            device.memoryRanges[index].address = base
            let addresses = base..<base + count
            let other = memory[segment]?.first { $0.range.overlaps(addresses) }
            guard other == nil || overlaps else {
                throw node.error(
                    "memory \(range.register) of \(device.name) overlaps that of \(other?.owner ?? "another")")
            }
            memory[segment, default: []].append((addresses, device.name))
        }
        guard let vfs = device.virtualFunctions else { return }
        let count = vfs.memory * UInt64(vfs.total) * UInt64(device.physicalFunctions)
        guard let base = freeMemory(in: segment, aligned: vfs.memory), !base.addingReportingOverflow(count).overflow
        else { throw node.error("there is no room left for the memory of \(device.name)'s virtual functions") }
        device.virtualMemory = base
        memory[segment, default: []].append((base..<base + count, device.name))
    }

    /// The first address behind all memory of a segment that is aligned to `size`; nil when there is none.
    private func freeMemory(in segment: UInt16, aligned size: UInt64) -> UInt64? {
        let end = memory[segment]?.map(\.range.upperBound).max() ?? Topology.memoryWindow
        let (padded, wraps) = end.addingReportingOverflow(size - 1)
        return wraps ? nil : padded / size * size
    }

    // MARK: Domains

    mutating func domain(_ node: YAMLNode) throws(YAMLError) {
        let domain = try node.mapping { map throws(YAMLError) in
            let nameNode = try map.required("name")
            let name = try nameNode.string()
            guard !domains.contains(where: { $0.name == name }) else {
                throw nameNode.error("domain '\(name)' is already there")
            }
            let idNode = try map.required("uuid")
            guard let id = DomainID(try idNode.string()) else { throw idNode.error("expected a UUID") }
            guard !domains.contains(where: { $0.id == id }) else { throw idNode.error("UUID \(id) is used twice") }
            var domain = Topology.Domain(id: id, name: name)
            try domain.read(&map)
            return domain
        }
        domains.append(domain)
        try requireRoom(for: domain, at: node)
    }

    /// The IOMMU of each segment keeps whose each page of all domains is.
    private func requireRoom(for domain: Topology.Domain, at node: YAMLNode) throws(YAMLError) {
        let segments = UInt64(Set(bridges.map(\.segment)).count)
        let total = domains.reduce(0) { $0 + $1.memory }
        guard total * max(1, segments) <= Topology.memoryLimit else {
            let segment = segments > 1 ? ", which the IOMMUs of \(segments) segments keep books of" : ""
            throw node.error(
                "with domain '\(domain.name)' the domains have \(total >> 20) MiB of memory\(segment); "
                    + "there is room for \(Topology.memoryLimit >> 20) MiB in all")
        }
    }
}

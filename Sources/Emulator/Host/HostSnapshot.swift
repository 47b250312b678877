public import Assignment
internal import IOMMU
internal import OpenSSLCrypto
public import PCIe
internal import SPDMEndpoints
internal import TDISP

extension HostModel {
    /// The whole host as it is now, for admission. Changes nothing and sends nothing.
    ///
    /// - Parameter domains: the domains and who is in them as the hypervisor says; nil: as the topology has them.
    public func snapshot(domains known: [DomainFacts]? = nil) -> HostSnapshot {
        let functions = devices.keys.sorted().flatMap { name in
            devices[name].map { device in device.functions.map { facts(about: $0, of: device) } } ?? []
        }
        var snapshot = HostSnapshot(
            platform: "emulated", functions: functions.sorted { $0.address < $1.address },
            domains: known.map { $0.map { pinningRoots($0) } } ?? domainFacts,
            bridges: topology.bridges.map { bridge in
                BridgeFacts(
                    name: bridge.name, ideStreams: bridge.ideStreams,
                    ideStreamsLeft: bridge.ideStreams - tsm.streamsInUse(on: bridge))
            })
        snapshot.cuts = memory.profile.platform.cuts
        return snapshot
    }

    /// The domains as the model has them.
    public var domainFacts: [DomainFacts] {
        domains.values.sorted { $0.number < $1.number }.map { domain in
            DomainFacts(
                id: domain.description.id, name: domain.description.name, running: domain.isRunning,
                tee: domain.description.tee?.rawValue, memoryKiB: domain.description.memory / 1024)
        }.map { pinningRoots($0) }
    }

    /// What a domain's guest pins is the guest's configuration, which is in the topology, whoever knows the domain.
    private func pinningRoots(_ domain: DomainFacts) -> DomainFacts {
        var domain = domain
        let roots = domains[domain.id]?.description.pinnedRoots ?? []
        domain.pinnedRoots = roots.compactMap { name in
            guard let root = try? authority.root(name) else { return nil }
            return try? HashAlgorithm.sha384.digest(of: root.span)
        }
        return domain
    }

    /// One function of the snapshot; nil: there is no such function, or it is a virtual one that is not enabled.
    public func facts(about address: FunctionAddress) -> FunctionFacts? {
        guard let (device, function) = locate(address), function.isEnabled else { return nil }
        return facts(about: function, of: device)
    }

    private func facts(about function: EmulatedFunction, of device: EmulatedDevice) -> FunctionFacts {
        let address = function.address
        let connection = liveConnection(of: device)
        let physical = device.physicalFunction(of: function)
        let express = try? ExpressCapability(in: function.registers.space)
        return FunctionFacts(
            address: address, dsm: device.dsm == nil ? nil : device.address, bridge: bridge(of: device)?.name ?? "",
            name: function.isPhysical ? device.description.name : "\(device.description.name) VF",
            vendorID: device.description.vendorID,
            deviceID: function.isPhysical
                ? device.description.deviceID : device.description.virtualFunctions?.deviceID ?? 0,
            physicalFunction: function.isPhysical ? nil : physical.address,
            teeIO: express?.deviceCapabilities.contains(.teeIO) ?? false,
            flr: express?.deviceCapabilities.contains(.functionLevelReset) ?? false,
            driver: software[address]?.driver, domain: software[address]?.domain,
            state: connection == nil || !device.isPresent ? nil : device.tdi(address.requesterID)?.state,
            connected: connection?.isSecure(on: device) ?? false,
            enabledVFs: function.sriov?.enabledVFs ?? 0,
            trafficClassZero: !device.description.flaws.contains(.trafficClass),
            addressesDisjoint: (try? physical.registers.addressOverlap()) == .some(nil),
            phantomFunctionsOff: express?.deviceControl.contains(.phantomFunctions) != true,
            present: device.isPresent,
            memory: device.interfaceMemory(of: function).map {
                MemoryFacts(register: UInt8($0.register), address: $0.address, size: $0.size)
            }, inStream: device.isStreamFor(function),
            isShut: memory.isShut(address),
            authentication: tsm.authentications[device.address])
    }

    /// The configuration space of a function as a reader finds it: ones when it is not there.
    public func configurationSpace(of address: FunctionAddress) -> ConfigurationSpace? {
        guard let (device, function) = locate(address) else { return nil }
        guard device.has(function) else {
            return try? ConfigurationSpace([UInt8](repeating: 0xFF, count: ConfigurationSpace.size))
        }
        return function.registers.space
    }
}

extension EmulatedDevice {
    /// Whether the root port lets T=1 of a function through its stream; nil: none is set up. The stream's requesters are
    /// those that there were when the device was connected.
    fileprivate func isStreamFor(_ function: EmulatedFunction) -> Bool? {
        guard let block = rootPort.block, block.control.rawValue != 0 else { return nil }
        return block.requesters.contains(function.address.requesterID)
    }
}

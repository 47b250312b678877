internal import Assignment
internal import PCIe

extension Topology {
    /// A host with many devices that are all alike, for measurements: one function each, 200 to a segment, and a
    /// confidential VM for every 100 of them. Devices stand in order of their addresses, and `domains[index / 100]` is
    /// the VM for a device.
    public static func uniform(devices count: Int) -> Topology {
        let perSegment = 200
        let segments = max(1, (count + perSegment - 1) / perSegment)
        let bridges = (0..<segments).map { Bridge(segment: UInt16($0), bus: 0, ideStreams: 256) }
        let devices = (0..<count).map { index in
            device(index % perSegment, number: index, on: bridges[index / perSegment])
        }
        let domains = (0..<max(1, (count + 99) / 100)).map { index in
            Domain(
                id: DomainID(high: 0x7D15_9C71_0000_4000, low: 0x8000_0000_0000_0000 | UInt64(index)),
                name: "vm\(index)", memory: 4 << 20, shared: [0..<64 << 10])
        }
        return Topology(name: "uniform-\(count)", bridges: bridges, devices: devices, domains: domains)
    }

    private static func device(_ slot: Int, number: Int, on bridge: Bridge) -> Device {
        let address = FunctionAddress(
            segment: bridge.segment, requesterID: RequesterID(bus: UInt8(slot + 1), device: 0, function: 0))
        return Device(
            name: "device", address: address, rootPort: bridge.rootPorts[slot],
            memoryRanges: [MemoryRange(register: 0, address: memoryWindow + UInt64(slot) << 16)],
            identity: Identity(serial: "UNI-\(number)"))
    }
}

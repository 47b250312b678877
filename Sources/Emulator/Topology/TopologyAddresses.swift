public import PCIe

extension Topology {
    /// Where memory of devices begins, where a topology does not say.
    static let memoryWindow: UInt64 = 0x20_0000_0000

    /// Bytes of memory that all domains of a file may have, counted once for each segment: 64 GiB, for which the IOMMUs
    /// keep 128 MiB of books.
    static let memoryLimit: UInt64 = 64 << 30
}

extension Topology.Bridge {
    /// Reads a name such as `pci0000:3a`; nil for anything else.
    init?(name: String) {
        let parts = name.dropFirst(3).split(separator: ":", omittingEmptySubsequences: false)
        guard name.hasPrefix("pci"), parts.map(\.count) == [4, 2], parts.joined().allSatisfy(\.isHexDigit),
            let segment = UInt16(parts[0], radix: 16), let bus = UInt8(parts[1], radix: 16)
        else { return nil }
        self.init(segment: segment, bus: bus)
    }

    /// The addresses that root ports can have: functions 0 of devices 1...31 first, then functions 1 and up.
    var rootPorts: [FunctionAddress] {
        (0..<8).flatMap { function in
            (1..<32).map { device in
                FunctionAddress(
                    segment: segment, requesterID: RequesterID(bus: bus, device: device, function: UInt8(function)))
            }
        }
    }
}

extension Topology.Device {
    /// The address of a physical function.
    public func physicalFunction(_ number: Int) -> FunctionAddress {
        FunctionAddress(
            segment: address.segment,
            requesterID: RequesterID(rawValue: address.requesterID.rawValue + UInt16(truncatingIfNeeded: number)))
    }

    /// The address of a virtual function (from 0) of a physical function; nil when it has none, or it is behind the
    /// last bus.
    ///
    /// With several physical functions the virtual ones interleave: the first of each, then the second of each.
    public func virtualFunction(_ number: Int, of function: Int) -> FunctionAddress? {
        guard let virtualFunctions else { return nil }
        let sum =
            Int(physicalFunction(function).requesterID.rawValue) + Int(virtualFunctions.offset)
            + number * Int(virtualFunctions.stride)
        return UInt16(exactly: sum).map {
            FunctionAddress(segment: address.segment, requesterID: RequesterID(rawValue: $0))
        }
    }

    /// The addresses of all functions that exist at the start, in order.
    public var functions: [FunctionAddress] { functions(virtual: virtualFunctions?.enabled) }

    /// The addresses of all functions that there can be, in order.
    var allFunctions: [FunctionAddress] { functions(virtual: virtualFunctions?.total) }

    private func functions(virtual count: UInt16?) -> [FunctionAddress] {
        let physical = (0..<physicalFunctions).map(physicalFunction)
        let virtual = (0..<physicalFunctions).flatMap { function in
            (0..<Int(count ?? 0)).compactMap { virtualFunction($0, of: function) }
        }
        return (physical + virtual).sorted()
    }
}

extension Topology {
    /// The bridge that a device is under, by the bus of its root port.
    func bridge(of device: Device) -> Bridge? {
        bridges.first { $0.segment == device.rootPort.segment && $0.bus == device.rootPort.requesterID.bus }
    }
}

internal import IOMMU
internal import PCIe
public import StrictYAML
internal import TDISP

extension Topology {
    /// The topology as its file says it, without what a reader adds by itself.
    public var entries: [YAMLTree.Entry] {
        let brief = entries(isBrief: true)
        return (try? Topology(parsing: YAMLTree.document(brief), file: name)) == self
            ? brief : entries(isBrief: false)
    }

    /// `isBrief`: without the places that a reader finds by itself.
    private func entries(isBrief: Bool) -> [YAMLTree.Entry] {
        var entries = [YAMLTree.Entry("version", "1"), YAMLTree.Entry("name", .scalar(name))]
        if profile != .standard { entries.append(YAMLTree.Entry("platform", "\(profile)")) }
        entries.append(YAMLTree.Entry("bridges", .items(bridges.map { .lines($0.entries) })))
        entries.append(YAMLTree.Entry("devices", .items(devices.map { .lines($0.entries(isBrief: isBrief)) })))
        if !domains.isEmpty { entries.append(YAMLTree.Entry("domains", .items(domains.map { .lines($0.entries) }))) }
        if let trustedRoots {
            entries.append(YAMLTree.Entry("trusted-roots", .list(trustedRoots.map(YAMLTree.scalar))))
        }
        return entries
    }
}

/// The keys of a mapping, in order, of which those that say nothing new are left out.
private struct Keys {
    private(set) var entries: [YAMLTree.Entry] = []

    mutating func set(_ key: String, _ value: YAMLTree) { entries.append(YAMLTree.Entry(key, value)) }

    mutating func set<Value: Equatable>(
        _ key: String, _ value: Value, unless standard: Value, _ text: (Value) -> YAMLTree = { "\($0)" }
    ) {
        if value != standard { set(key, text(value)) }
    }

    /// As one value; nil: nothing is left.
    var mapping: YAMLTree? { entries.isEmpty ? nil : .mapping(entries) }
}

extension Topology.Bridge {
    fileprivate var entries: [YAMLTree.Entry] {
        var keys = Keys()
        keys.set("name", .scalar(name))
        keys.set("ide-streams", ideStreams, unless: Topology.Bridge(bus: bus).ideStreams)
        return keys.entries
    }
}

extension Topology.Device {
    fileprivate func entries(isBrief: Bool) -> [YAMLTree.Entry] {
        let standard = Topology.Device(
            name: name, address: address, rootPort: rootPort, identity: Topology.Identity(serial: "\(name)-\(address)"))
        var keys = Keys()
        keys.set("name", .scalar(name))
        keys.set("address", "\(address)")
        if !isBrief { keys.set("root-port", "\(rootPort)") }
        keys.set("vendor", vendorID, unless: standard.vendorID, YAMLTree.hexadecimal)
        keys.set("device", deviceID, unless: standard.deviceID, YAMLTree.hexadecimal)
        keys.set("class", classCode, unless: standard.classCode, YAMLTree.hexadecimal)
        keys.set("functions", physicalFunctions, unless: standard.physicalFunctions)
        keys.set("memory", .list(memoryRanges.map { $0.text(isBrief: isBrief) }))
        if let virtualFunctions { keys.set("vfs", virtualFunctions.text) }
        keys.set("features", features, unless: standard.features, words)
        if let options = dsm.keys.mapping { keys.set("dsm", options) }
        keys.set("identity", identity, unless: standard.identity) { $0.text }
        if let driver { keys.set("driver", .scalar(driver)) }
        if let workload = workload.keys.mapping { keys.set("workload", workload) }
        keys.set("flaws", flaws, unless: standard.flaws, words)
        return keys.entries
    }
}

/// Words in the order in which they are declared.
private func words<Word>(_ words: Set<Word>) -> YAMLTree
where Word: CaseIterable & RawRepresentable & Hashable, Word.RawValue == String {
    .list(Word.allCases.filter(words.contains).map { .scalar($0.rawValue) })
}

extension Topology.MemoryRange {
    fileprivate func text(isBrief: Bool) -> YAMLTree {
        guard !isBrief, let address else { return .byteCount(size) }
        return .mapping([
            YAMLTree.Entry("size", .byteCount(size)), YAMLTree.Entry("address", .hexadecimal(address)),
        ])
    }
}

extension Topology.VirtualFunctions {
    fileprivate var text: YAMLTree {
        let standard = Topology.VirtualFunctions(total: total, enabled: total)
        var keys = Keys()
        keys.set("total", "\(total)")
        keys.set("enabled", enabled, unless: standard.enabled)
        keys.set("offset", offset, unless: standard.offset)
        keys.set("stride", stride, unless: standard.stride)
        keys.set("device", deviceID, unless: standard.deviceID, YAMLTree.hexadecimal)
        keys.set("memory", memory, unless: standard.memory, YAMLTree.byteCount)
        return .mapping(keys.entries)
    }
}

extension Topology.DSMOptions {
    fileprivate var keys: Keys {
        let standard = Topology.DSMOptions()
        var keys = Keys()
        keys.set("lock-flags", lockFlags, unless: standard.lockFlags) { words(LockFlagName.words(of: $0)) }
        keys.set("address-width", addressWidth, unless: standard.addressWidth)
        keys.set("requests-per-interface", requestsPerInterface, unless: standard.requestsPerInterface)
        keys.set("requests-per-device", requestsPerDevice, unless: standard.requestsPerDevice)
        keys.set("streams", streams, unless: standard.streams)
        keys.set("port", port, unless: standard.port)
        keys.set("heartbeat-period", heartbeatPeriod, unless: standard.heartbeatPeriod)
        keys.set("key-period", keyPeriod, unless: standard.keyPeriod)
        keys.set("boot-measurement", bootMeasurement, unless: standard.bootMeasurement)
        return keys
    }
}

extension Topology.Identity {
    fileprivate var text: YAMLTree {
        let standard = Topology.Identity(serial: serial)
        var keys = Keys()
        keys.set("root", root, unless: standard.root, YAMLTree.scalar)
        keys.set("serial", .scalar(serial))
        keys.set("firmware", firmware, unless: standard.firmware, YAMLTree.scalar)
        return .mapping(keys.entries)
    }
}

extension Topology.Workload {
    fileprivate var keys: Keys {
        let standard = Topology.Workload()
        var keys = Keys()
        keys.set("pattern", pattern, unless: standard.pattern) { .scalar($0.rawValue) }
        keys.set("burst", burst, unless: standard.burst)
        keys.set("size", size, unless: standard.size, YAMLTree.byteCount)
        keys.set("misbehaves", misbehaves, unless: standard.misbehaves)
        return keys
    }
}

extension Topology.Domain {
    fileprivate var entries: [YAMLTree.Entry] {
        let standard = Topology.Domain(id: id, name: name)
        var keys = Keys()
        keys.set("name", .scalar(name))
        keys.set("uuid", "\(id)")
        keys.set("memory", memory, unless: standard.memory, YAMLTree.byteCount)
        if let tee { keys.set("tee", .scalar(tee.rawValue)) }
        keys.set("running", isRunning, unless: standard.isRunning)
        keys.set("shared", shared, unless: [0..<min(memory, 1 << 20)]) { .list($0.map(Self.pages)) }
        keys.set("pinned-roots", pinnedRoots, unless: standard.pinnedRoots) { .list($0.map(YAMLTree.scalar)) }
        return keys.entries
    }

    private static func pages(_ range: Range<UInt64>) -> YAMLTree {
        .mapping([
            YAMLTree.Entry("from", .hexadecimal(range.lowerBound)),
            YAMLTree.Entry("size", .byteCount(UInt64(range.count))),
        ])
    }
}

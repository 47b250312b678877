public import IOMMU
internal import PCIe
public import StrictYAML
internal import TDISP

// The keys of a topology file, one function for each mapping that has them.

extension YAMLNode {
    func address() throws(YAMLError) -> FunctionAddress {
        try parsed { text in try FunctionAddress(parsing: text) }
    }

    /// A platform, and a kind of vIOMMU behind a slash.
    ///
    /// Throws ``YAMLError`` for a name that is none, and for a combination that is impossible, with the reason.
    public func routingProfile() throws(YAMLError) -> RoutingProfile {
        let name = try string()
        do throws(RoutingProfileError) {
            return try RoutingProfile(named: name)
        } catch {
            throw self.error("\(error)")
        }
    }

    func identity() throws(YAMLError) -> Topology.Identity {
        try mapping { map throws(YAMLError) in
            var identity = Topology.Identity(serial: try map.required("serial").string())
            identity.root = try map.optional("root")?.rootName() ?? identity.root
            identity.firmware = try map.optional("firmware")?.string() ?? identity.firmware
            return identity
        }
    }

    /// The name of a root: what a certificate can have for a common name (RFC 5280, ub-common-name).
    private func rootName() throws(YAMLError) -> String {
        let name = try string()
        guard (1...64).contains(name.utf8.count) else { throw error("expected a name of 1 to 64 bytes") }
        return name
    }

    /// A list of names of roots.
    func rootNames() throws(YAMLError) -> [String] {
        var names: [String] = []
        for node in try list() { names.append(try node.rootName()) }
        return names
    }

    fileprivate func words<Word>(_ type: Word.Type) throws(YAMLError) -> Set<Word>
    where Word: CaseIterable & RawRepresentable & Hashable, Word.RawValue == String {
        var words: Set<Word> = []
        for node in try list() { words.insert(try node.choice(type)) }
        return words
    }

    /// A size that a base address register can have.
    fileprivate func memorySize() throws(YAMLError) -> UInt64 {
        let size = try byteCount()
        guard size >= 4096, size & (size - 1) == 0, size <= 1 << 40 else {
            throw error("expected a power of two from 4KiB to 1TiB")
        }
        return size
    }

    fileprivate func virtualFunctions() throws(YAMLError) -> Topology.VirtualFunctions {
        try mapping { map throws(YAMLError) in
            let total = try map.required("total").integer(UInt16.self, in: 1...256)
            let enabled = try map.optional("enabled")?.integer(UInt16.self, in: 0...total)
            var vfs = Topology.VirtualFunctions(total: total, enabled: enabled ?? total)
            vfs.offset = try map.optional("offset")?.integer(UInt16.self, in: 1...0xFFFF) ?? vfs.offset
            vfs.stride = try map.optional("stride")?.integer(UInt16.self, in: 1...0xFFFF) ?? vfs.stride
            vfs.deviceID = try map.optional("device")?.integer() ?? vfs.deviceID
            vfs.memory = try map.optional("memory")?.memorySize() ?? vfs.memory
            return vfs
        }
    }

    /// A memory range: its size, or a mapping. `number` is its place in the list.
    fileprivate func memoryRange(_ number: Int) throws(YAMLError) -> Topology.MemoryRange {
        guard shape == .mapping else { return Topology.MemoryRange(register: 2 * number, size: try memorySize()) }
        return try mapping { map throws(YAMLError) in
            Topology.MemoryRange(
                register: 2 * number, size: try map.required("size").memorySize(),
                address: try map.optional("address")?.integer())
        }
    }

    fileprivate func dsmOptions() throws(YAMLError) -> Topology.DSMOptions {
        try mapping { map throws(YAMLError) in
            var options = Topology.DSMOptions()
            if let flags = try map.optional("lock-flags")?.words(LockFlagName.self) {
                options.lockFlags = LockFlags(flags.map(\.flag))
            }
            options.addressWidth =
                try map.optional("address-width")?.integer(UInt8.self, in: 32...64) ?? options.addressWidth
            options.requestsPerInterface =
                try map.optional("requests-per-interface")?.integer(UInt8.self, in: 1...255)
                ?? options.requestsPerInterface
            options.requestsPerDevice =
                try map.optional("requests-per-device")?.integer(UInt8.self, in: 1...255) ?? options.requestsPerDevice
            options.streams = try map.optional("streams")?.integer(Int.self, in: 1...8) ?? options.streams
            options.port = try map.optional("port")?.integer() ?? options.port
            options.heartbeatPeriod = try map.optional("heartbeat-period")?.integer() ?? options.heartbeatPeriod
            if let node = map.optional("key-period") {
                options.keyPeriod = try node.integer()
                guard options.heartbeatPeriod > 0 else { throw node.error("key-period needs heartbeat-period") }
            }
            options.bootMeasurement =
                try map.optional("boot-measurement")?.integer(UInt8.self, in: 4...239) ?? options.bootMeasurement
            return options
        }
    }

    fileprivate func workload() throws(YAMLError) -> Topology.Workload {
        try mapping { map throws(YAMLError) in
            var workload = Topology.Workload()
            workload.pattern = try map.optional("pattern")?.choice() ?? workload.pattern
            workload.burst = try map.optional("burst")?.integer(Int.self, in: 1...64) ?? workload.burst
            workload.misbehaves = try map.optional("misbehaves")?.bool() ?? workload.misbehaves
            if let node = map.optional("size") {
                workload.size = try node.byteCount()
                guard (1...4096).contains(workload.size) else { throw node.error("expected 1 byte to 4KiB") }
            }
            return workload
        }
    }

    /// A page-aligned range of guest physical addresses below `limit`.
    fileprivate func pages(below limit: UInt64) throws(YAMLError) -> Range<UInt64> {
        try mapping { map throws(YAMLError) in
            let first = try map.required("from").byteCount()
            let count = try map.required("size").byteCount()
            let (end, wraps) = first.addingReportingOverflow(count)
            guard count > 0, first.isMultiple(of: 4096), count.isMultiple(of: 4096), !wraps, end <= limit else {
                throw error("expected whole pages of 4KiB inside the domain's memory")
            }
            return first..<end
        }
    }
}

extension Topology.Device {
    mutating func readRegisters(_ map: inout YAMLMapping) throws(YAMLError) {
        vendorID = try map.optional("vendor")?.integer() ?? vendorID
        deviceID = try map.optional("device")?.integer() ?? deviceID
        classCode = try map.optional("class")?.integer(UInt32.self, in: 0...0xFF_FFFF) ?? classCode
        physicalFunctions = try map.optional("functions")?.integer(Int.self, in: 1...8) ?? physicalFunctions
        virtualFunctions = try map.optional("vfs")?.virtualFunctions()
        if let node = map.optional("memory") {
            let ranges = try node.list()
            guard (1...3).contains(ranges.count) else { throw node.error("expected one to three memory ranges") }
            memoryRanges = []
            for (number, range) in ranges.enumerated() { memoryRanges.append(try range.memoryRange(number)) }
        }
        flaws = try map.optional("flaws")?.words(Flaw.self) ?? flaws
    }

    mutating func readBehaviour(_ map: inout YAMLMapping) throws(YAMLError) {
        if let node = map.optional("features") {
            features = try node.words(Feature.self)
            guard !features.contains(.teeIO) || features.isSuperset(of: [.doe, .ide]) else {
                throw node.error("tee-io needs doe and ide")
            }
        }
        dsm = try map.optional("dsm")?.dsmOptions() ?? dsm
        driver = try map.optional("driver")?.string()
        workload = try map.optional("workload")?.workload() ?? workload
    }
}

extension Topology.Domain {
    mutating func read(_ map: inout YAMLMapping) throws(YAMLError) {
        if let node = map.optional("memory") {
            memory = try node.byteCount()
            guard memory.isMultiple(of: 4096), (4096...(1 << 32)).contains(memory) else {
                throw node.error("expected whole pages of 4KiB, at most 4GiB")
            }
        }
        isRunning = try map.optional("running")?.bool() ?? isRunning
        tee = try map.optional("tee")?.optionalTEE() ?? nil
        pinnedRoots = try map.optional("pinned-roots")?.rootNames() ?? pinnedRoots
        shared = [0..<min(memory, 1 << 20)]
        guard let node = map.optional("shared") else { return }
        shared = []
        for range in try node.list() {
            let pages = try range.pages(below: memory)
            guard !shared.contains(where: { $0.overlaps(pages) }) else { throw range.error("overlaps another range") }
            shared.append(pages)
        }
        shared.sort { $0.lowerBound < $1.lowerBound }
    }
}

extension YAMLNode {
    /// A TEE, or `none`.
    fileprivate func optionalTEE() throws(YAMLError) -> Topology.Domain.TEE? {
        let tees = Topology.Domain.TEE.allCases
        let index = try choice(among: tees.map(\.rawValue) + ["none"])
        return index < tees.count ? tees[index] : nil
    }
}

/// The lock flags as a topology file spells them.
enum LockFlagName: String, Hashable, CaseIterable {
    case noFirmwareUpdate = "no-fw-update"
    case systemCacheLine128 = "cache-line-128"
    case lockMSIX = "lock-msi-x"
    case bindP2P = "bind-p2p"
    case allRequestRedirect = "all-request-redirect"

    var flag: LockFlags {
        switch self {
        case .noFirmwareUpdate: .noFirmwareUpdate
        case .systemCacheLine128: .systemCacheLine128
        case .lockMSIX: .lockMSIX
        case .bindP2P: .bindP2P
        case .allRequestRedirect: .allRequestRedirect
        }
    }

    /// The names of those flags that are set.
    static func words(of flags: LockFlags) -> Set<LockFlagName> { Set(allCases.filter { flags.contains($0.flag) }) }
}

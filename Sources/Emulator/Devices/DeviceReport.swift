internal import PCIe
internal import TDISP

// What the device knows about itself at LOCK, read from its registers.

extension EmulatedDevice {
    func lockContext(of function: EmulatedFunction) -> LockContext {
        var context = LockContext(supportedFlags: description.dsm.lockFlags, streams: configuredStreams)
        let express = try? ExpressCapability(in: function.registers.space)
        context.phantomFunctionsEnabled = express?.deviceControl.contains(.phantomFunctions) ?? false
        let physical = physicalFunction(of: function)
        context.regions = memory(of: physical).map { LockContext.Region(base: $0.address, byteCount: $0.size) }
        if let region = expansionROM(of: physical) { context.regions.append(region) }
        context.virtualFunctionRegions = virtualRegions(of: physical)
        context.debugClosed = !isDebugOpen
        return context
    }

    private var configuredStreams: [LockContext.Stream] {
        let blocks = (try? IDECapability(in: functions[0].registers.space))?.selectiveStreams ?? []
        return blocks.filter { $0.control.rawValue != 0 }.map { block in
            let key = IDEStreamKey(portIndex: description.dsm.port, streamID: block.control.streamID)
            let keys = ide.ports.streams[key]?.keys
            return LockContext.Stream(
                id: block.control.streamID, isDefault: block.control.isDefault,
                trafficClass: block.control.trafficClass, isKeyed: keys?.isKeyed ?? false, keySession: keys?.session)
        }
    }

    func physicalFunction(of function: EmulatedFunction) -> EmulatedFunction {
        switch function.role {
        case .physical: function
        case .virtual(let requester): self.function(requester) ?? function
        }
    }

    /// The memory that a physical function decodes for itself.
    func memory(of function: EmulatedFunction) -> [DecodedMemory] {
        let registers = try? function.registers.space.baseAddressRegisters(sizing: function.registers.sizing)
        return (registers ?? []).compactMap { DecodedMemory($0) }
    }

    /// The expansion ROM, while it is enabled.
    private func expansionROM(of function: EmulatedFunction) -> LockContext.Region? {
        guard let rom = function.registers.space.expansionROM(sizing: function.registers.sizing), rom.isEnabled,
            let size = rom.size
        else { return nil }
        return LockContext.Region(base: rom.address, byteCount: size)
    }

    private func virtualRegions(of function: EmulatedFunction) -> [LockContext.Region] {
        guard let sriov = try? SRIOVCapability(in: function.registers.space) else { return [] }
        return virtualMemory(0, of: function).map {
            LockContext.Region(base: $0.address, byteCount: $0.size * UInt64(sriov.totalVFs))
        }
    }

    /// The memory of virtual function `index` of a physical function.
    private func virtualMemory(_ index: Int, of function: EmulatedFunction) -> [DecodedMemory] {
        let space = function.registers.space
        guard let sriov = try? SRIOVCapability(in: space),
            let registers = try? sriov.baseAddressRegisters(in: space, sizing: function.registers.sizing)
        else { return [] }
        return registers.compactMap { DecodedMemory($0, slice: index) }
    }

    /// The interface report of a LOCK.
    func interfaceReport(of function: EmulatedFunction, for request: LockInterfaceRequest) -> InterfaceReport {
        var info: InterfaceReport.InterfaceInfo = [.dmaWithoutPASID]
        if request.flags.contains(.noFirmwareUpdate) { info.insert(.noFirmwareUpdate) }
        if function.isATSEnabled { info.insert(.ats) }
        let msiX = request.flags.contains(.lockMSIX) ? try? MSIXCapability(in: function.registers.space) : nil
        let offset = request.mmioReportingOffset
        var ranges: [MMIORange] = []
        for region in interfaceMemory(of: function) {
            ranges += self.ranges(of: region, msiX: msiX ?? nil, offset: offset)
        }
        let control = msiX.flatMap { $0 }.map { function.registers.space.uint16(at: $0.offset + 2) }
        return InterfaceReport(info: info, msixMessageControl: control ?? 0, ranges: ranges)
    }

    /// The memory that belongs to an interface: a physical function's own, or its slice of the virtual functions'
    /// memory.
    func interfaceMemory(of function: EmulatedFunction) -> [DecodedMemory] {
        switch function.role {
        case .physical: return memory(of: function)
        case .virtual:
            let parent = physicalFunction(of: function)
            guard let index = virtualFunctions(of: parent).firstIndex(where: { $0 === function }) else { return [] }
            return virtualMemory(index, of: parent)
        }
    }

    /// A region as the report lists it: split where MSI-X table and pending bits are, if those are locked.
    private func ranges(of region: DecodedMemory, msiX: MSIXCapability?, offset: Int64) -> [MMIORange] {
        var pieces: [(start: UInt64, end: UInt64, attributes: MMIORange.Attributes)] = []
        var next: UInt64 = 0
        func cut(_ location: MSIXCapability.Location?, _ attributes: MMIORange.Attributes) {
            guard let location, location.baseAddressRegister == region.register else { return }
            let start = UInt64(location.offset) / 4096 * 4096
            if start > next { pieces.append((next, start, [])) }
            pieces.append((start, start + 4096, attributes))
            next = start + 4096
        }
        cut(msiX?.table, .msixTable)
        cut(msiX?.pendingBits, .msixPendingBits)
        if next < region.size { pieces.append((next, region.size, [])) }
        return pieces.compactMap { piece in
            MMIORange(
                address: region.address + piece.start, byteCount: piece.end - piece.start, reportingOffset: offset,
                attributes: piece.attributes, id: UInt16(region.register))
        }
    }
}

/// A piece of memory that a function decodes.
struct DecodedMemory: Hashable {
    /// Number of the base address register.
    let register: Int
    let address: UInt64
    let size: UInt64

    init?(_ register: BaseAddressRegister, slice index: Int = 0) {
        guard let size = register.size else { return nil }
        self.register = register.index
        self.size = size
        address = register.address + UInt64(index) * size
    }
}

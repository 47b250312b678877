extension ConfigurationSpace {
    /// Names what a write would change of the registers that a locked TDI watches; nil: nothing that matters.
    ///
    /// Every bit of the write counts as taken; use ``FunctionRegisters/trackedChange(by:)`` where the read-only bits are
    /// known. Bytes behind a capability, up to the next one, count as its own. If one write changes several watched
    /// registers, it names the one with the widest effect: a function-level reset before all others.
    public func trackedChange(by write: ConfigurationWrite) -> TrackedChange? {
        let old = uint32(at: write.doubleword)
        let new = old & ~write.laneMask | write.laneValue
        guard old != new else { return nil }
        let change = RegisterChange(offset: write.doubleword, old: old, new: new)
        do throws(ConfigurationSpaceError) {
            if change.offset < Self.headerSize { return change.inHeader }
            if change.offset < Self.conventionalSize { return try conventionalChange(change) }
            return try extendedChange(change)
        } catch {
            return .unclassifiable
        }
    }

    private func conventionalChange(_ change: RegisterChange) throws(ConfigurationSpaceError) -> TrackedChange? {
        var owner: CapabilityEntry?
        for entry in try capabilities() where entry.offset <= change.offset && entry.offset >= owner?.offset ?? 0 {
            owner = entry
        }
        guard let owner else { return .deviceSpecific(offset: change.offset) }
        let register = change.offset - owner.offset
        switch owner.id {
        case .msi, .vitalProductData: return nil
        case .express: return change.inExpressCapability(register)
        case .msiX: return .msiX
        case .enhancedAllocation: return .lockedCapability(.enhancedAllocation)
        case .powerManagement: return change.inPowerManagement(register)
        default: return .deviceSpecific(offset: change.offset)
        }
    }

    private func extendedChange(_ change: RegisterChange) throws(ConfigurationSpaceError) -> TrackedChange? {
        var owner: ExtendedCapabilityEntry?
        for entry in try extendedCapabilities()
        where entry.offset <= change.offset && entry.offset >= owner?.offset ?? 0 {
            owner = entry
        }
        guard let owner else { return .deviceSpecific(offset: change.offset) }
        if let locked = TrackedChange.LockedCapability(owner.id) { return .lockedCapability(locked) }
        switch owner.id {
        case .accessControl, .latencyToleranceReporting, .advancedErrorReporting, .precisionTimeMeasurement,
            .dataObjectExchange, .addressTranslation, .virtualChannel, .virtualChannelWithMultiFunction,
            .dynamicPowerAllocation:
            return nil
        case .device3: return change.inDevice3(change.offset - owner.offset)
        case .ide: return try ideChange(change)
        default: return .deviceSpecific(offset: change.offset)
        }
    }

    /// A block whose control register is 0 is not set up for any stream.
    private func ideChange(_ change: RegisterChange) throws(ConfigurationSpaceError) -> TrackedChange? {
        guard let ide = try IDECapability(in: self) else { return nil }
        for block in ide.selectiveStreams where (block.offset..<block.offset + block.size).contains(change.offset) {
            let isSetUp = block.control.rawValue != 0
            switch change.offset - block.offset {
            case SelectiveStreamBlock.Register.capability, SelectiveStreamBlock.Register.status: return nil
            case SelectiveStreamBlock.Register.control where !isSetUp:
                return .ideStream(StreamControl(rawValue: change.new).streamID)
            default: return isSetUp ? .ideStream(block.control.streamID) : nil
            }
        }
        return nil
    }
}

/// A doubleword before and after a write.
private struct RegisterChange {
    let offset: Int
    let old: UInt32
    let new: UInt32

    /// Whether any of these bits differs.
    func changes(_ bits: UInt32) -> Bool { (old ^ new) & bits != 0 }

    /// Whether any of these bits was set and is cleared.
    func clears(_ bits: UInt32) -> Bool { old & ~new & bits != 0 }

    var inHeader: TrackedChange? {
        switch offset {
        case HeaderOffset.command:
            if clears(UInt32(Command.memorySpace.rawValue)) { return .memorySpaceDisabled }
            return clears(UInt32(Command.busMaster.rawValue)) ? .busMasterDisabled : nil
        case HeaderOffset.bist & ~3:
            return changes(0xFF00_0000) ? .bist : nil
        case HeaderOffset.baseAddresses..<HeaderOffset.baseAddresses + 24:
            return .baseAddress((offset - HeaderOffset.baseAddresses) / 4)
        case HeaderOffset.expansionROM:
            return .expansionROM
        default:
            return nil
        }
    }

    func inExpressCapability(_ register: Int) -> TrackedChange? {
        switch register {
        case ExpressCapability.Register.deviceControl:
            let control = DeviceControl(rawValue: UInt16(truncatingIfNeeded: old ^ new))
            if control.contains(.initiateFunctionLevelReset) { return .functionLevelReset }
            if control.contains(.extendedTag) { return .extendedTag }
            if control.contains(.phantomFunctions) { return .phantomFunctions }
            return control.contains(.noSnoop) ? .noSnoop : nil
        case ExpressCapability.Register.deviceControl2:
            return changes(ExpressCapability.Register.tenBitTagRequester) ? .tagRequester : nil
        default:
            return nil
        }
    }

    /// Device Control 3 is at 08h; bit 2 is the 14-Bit Tag Requester Enable.
    func inDevice3(_ register: Int) -> TrackedChange? {
        register == 0x08 && changes(1 << 2) ? .tagRequester : nil
    }

    /// Control/status is at 04h: bits 1:0 the power state, 3 is D3hot; bit 3 No_Soft_Reset, the context survives D3hot.
    func inPowerManagement(_ register: Int) -> TrackedChange? {
        let entersD3 = new.bits(0, 2) == 3 && old.bits(0, 2) != 3
        return register == 0x04 && entersD3 && new.bits(3, 1) == 0 ? .powerStateLosingContext : nil
    }
}

extension TrackedChange.LockedCapability {
    /// The locked capability with this ID, or nil when the capability is not one of them.
    fileprivate init?(_ id: ExtendedCapabilityID) {
        switch id {
        case .singleRootIOVirtualization: self = .singleRootIOVirtualization
        case .pageRequest: self = .pageRequest
        case .processAddressSpaceID: self = .processAddressSpaceID
        case .alternativeRoutingID: self = .alternativeRoutingID
        case .resizableBAR: self = .resizableBAR
        case .vfResizableBAR: self = .vfResizableBAR
        case .multicast: self = .multicast
        case .protocolMultiplexing: self = .protocolMultiplexing
        default: return nil
        }
    }
}

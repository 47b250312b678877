/// What a configuration write changes of the registers that a locked TDI watches (TDISP 1.0, configuration tracking).
///
/// Names the change only. Whether it takes the TDI to ERROR is the TDI machine's decision: most do always, some depend
/// on what was locked (``msiX``, ``ideStream(_:)``) or on the device (``deviceSpecific(offset:)``).
public enum TrackedChange: Hashable, Sendable {
    /// Command: Memory Space Enable was set and is cleared.
    case memorySpaceDisabled
    /// Command: Bus Master Enable was set and is cleared.
    case busMasterDisabled
    /// The BIST register changes; writing its bit 6 starts the self test.
    case bist
    /// A base address register changes, 0...5.
    case baseAddress(Int)
    /// The expansion ROM base address register changes.
    case expansionROM
    /// Device Control: a function-level reset is started.
    case functionLevelReset
    /// Device Control: Extended Tag Enable changes.
    case extendedTag
    /// Device Control: Phantom Functions Enable changes.
    case phantomFunctions
    /// Device Control: Enable No Snoop changes.
    case noSnoop
    /// Device Control 2 or 3: the 10-bit or 14-bit Tag Requester Enable changes.
    case tagRequester
    /// Power management: the function is told to enter a state in which it loses its context.
    case powerStateLosingContext
    /// The MSI-X capability changes: matters if the table is locked and reported.
    case msiX
    /// The capability's registers may not change while locked.
    case lockedCapability(LockedCapability)
    /// IDE: control, requester ID or address association of the block that holds, or is given, this stream.
    /// Matters if the TDI is bound to that stream.
    case ideStream(StreamID)
    /// A capability, or a register outside all of them, of which the specification lets the device decide.
    case deviceSpecific(offset: Int)
    /// The capability lists are malformed, so that nobody can tell what was written.
    case unclassifiable

    /// Capabilities no register of which may change while a TDI is locked.
    public enum LockedCapability: Hashable, Sendable, CaseIterable {
        /// Single root I/O virtualization: VF Enable, NumVFs, system page size, VF base address registers.
        case singleRootIOVirtualization
        /// Page request interface.
        case pageRequest
        /// Process address space ID.
        case processAddressSpaceID
        /// Alternative routing-ID interpretation.
        case alternativeRoutingID
        /// Enhanced allocation.
        case enhancedAllocation
        /// Resizable BAR.
        case resizableBAR
        /// VF resizable BAR.
        case vfResizableBAR
        /// Multicast.
        case multicast
        /// Protocol multiplexing (PMUX), which a locked TDI may not use.
        case protocolMultiplexing
    }
}

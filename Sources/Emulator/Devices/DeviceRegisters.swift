internal import PCIe
internal import SPDM
internal import TDISP

// Writes to configuration spaces, and resets: what hardware does with them, and what the TDISP rules make of them.

extension EmulatedDevice {
    /// A configuration write arrives at a function. A change of a register that a lock watches reaches the TDI as an
    /// incident; the write itself is carried out like any other (TDISP 1.0, configuration tracking).
    func write(_ write: ConfigurationWrite, to function: EmulatedFunction) {
        guard has(function) else { return }
        if function === functions[0], write.width == .doubleword, let register = mailboxRegister(at: write.offset) {
            return self.write(write.value, to: register)
        }
        let change = function.registers.trackedChange(by: write)
        let streams = function === functions[0] ? streamBlocks : []
        function.registers.write(write)
        if function === functions[0] { followStreams(from: streams) }
        guard let change else { return }
        if change == .functionLevelReset { return resetFunction(function) }
        for interface in interfaces(concernedBy: change, on: function) {
            takeDSM(.incident(.configurationChanged(change), on: interface.address.requesterID))
        }
        if change == .lockedCapability(.singleRootIOVirtualization) { followVirtualFunctions() }
    }

    /// Virtual functions live in registers of their physical function, and all interfaces in the streams of function 0.
    private func interfaces(concernedBy change: TrackedChange, on function: EmulatedFunction) -> [EmulatedFunction] {
        switch change {
        case .lockedCapability(.singleRootIOVirtualization): [function] + virtualFunctions(of: function)
        case .ideStream: functions
        case .memorySpaceDisabled, .busMasterDisabled, .bist, .baseAddress, .expansionROM, .functionLevelReset,
            .extendedTag, .phantomFunctions, .noSnoop, .tagRequester, .powerStateLosingContext, .msiX,
            .lockedCapability,
            .deviceSpecific, .unclassifiable:
            [function]
        }
    }

    // MARK: Streams

    private var streamBlocks: [SelectiveStreamBlock] {
        (try? IDECapability(in: functions[0].registers.space))?.selectiveStreams ?? []
    }

    /// Tells the stream machines what a write did to their registers.
    private func followStreams(from old: [SelectiveStreamBlock]) {
        for (before, after) in zip(old, streamBlocks) where before != after { follow(before, after) }
    }

    private func follow(_ before: SelectiveStreamBlock, _ after: SelectiveStreamBlock) {
        let key = IDEStreamKey(portIndex: description.dsm.port, streamID: after.control.streamID)
        guard before.isSameStream(as: after) else {
            if before.control.rawValue != 0 {
                takeIDE(
                    .streamRemoved(IDEStreamKey(portIndex: description.dsm.port, streamID: before.control.streamID)))
            }
            guard after.control.rawValue != 0 else { return }
            takeIDE(.streamConfigured(key))
            return after.control.isEnabled ? takeIDE(.streamEnabled(key)) : ()
        }
        guard before.control.isEnabled != after.control.isEnabled else { return }
        takeIDE(after.control.isEnabled ? .streamEnabled(key) : .streamDisabled(key))
    }

    // MARK: Resets

    /// FLR: the function's registers and activity are gone; with a physical function go its virtual ones, and with
    /// function 0 the mailbox, its session and the streams.
    func resetFunction(_ function: EmulatedFunction) {
        let affected = function.isPhysical ? [function] + virtualFunctions(of: function) : [function]
        for each in affected { each.reset() }
        takeDSM(.incident(.functionLevelReset, on: function.address.requesterID))
        guard function === functions[0] else { return }
        emptyMailbox()
        endSessions()
        takeIDE(.reset)
    }

    /// Conventional reset: everything is as after power-on.
    func resetConventionally() {
        defects.subtract([.stopFails, .resetHangs])
        takeIDE(.reset)
        takeDSM(.conventionalReset)
        emptyMailbox()
        forgetSessions()
        isDebugOpen = false
        for function in allFunctions { function.reset() }
        boot()
    }

    // MARK: Link

    /// The link went down.
    func loseLink() {
        takeIDE(.portLost(description.dsm.port, .linkDown))
        takeDSM(.deviceIncident(.linkDown))
    }
}

extension SelectiveStreamBlock {
    /// Whether another block has the same registers, Enable and status aside.
    fileprivate func isSameStream(as other: SelectiveStreamBlock) -> Bool {
        var control = control
        control.isEnabled = other.control.isEnabled
        return control == other.control && requesters == other.requesters && addresses == other.addresses
    }
}

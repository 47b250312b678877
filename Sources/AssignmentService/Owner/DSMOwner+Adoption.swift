import Assignment
import PCIe
import TDISP

extension DSMOwner {
    /// Adopts devices that are locked, or shut, and that nobody has recorded: the journal is another one than when that was
    /// done; and those that somebody heard of who listened, though by the record they have nothing to fall out of. They belong
    /// to the domain that holds them, and to nobody's private operation: each is cut and brought home, and owes new keys, as
    /// nobody knows who had it.
    func adopt(_ found: FoundHost, heard: Set<FunctionAddress>, _ owed: inout [FunctionAddress: IssuedEffect]) {
        for stray in found.strays(of: dsm) {
            let isRecorded = recorded.assignments[stray.tdi] != nil
            guard !isRecorded || heard.contains(stray.tdi) else { continue }
            if !isRecorded, let holder = stray.holder {
                assignments[stray.tdi] = .attached(Attached(lineage: Lineage(rekeyOwed: true), owner: holder))
            }
            if let state = stray.state, state != .configUnlocked {
                feed(.state(state), to: [stray.tdi], &owed)
            } else if let issued = take(.foundShut, on: stray.tdi) {
                owed[stray.tdi] = issued
            }
        }
    }

    /// Takes a device for its domain's, which has it in shared operation though nobody has recorded that. Whether it was
    /// locked before is not known, so new keys are owed before its owner changes, and a connection of which nothing is known
    /// gives none. One that cannot be asked may be anything: it is cut and brought home. Nil: it is no such device.
    func adopt(_ tdi: FunctionAddress, in found: FoundHost, _ request: AssignmentEvent) async -> OperationResult? {
        let before = recorded.assignments[tdi] ?? .initial
        guard tickets[tdi] == nil, state(of: tdi).phase == .available,
            let (holder, isUnlocked) = found.guest(of: tdi, before)
        else { return nil }
        guard isUnlocked else {
            assignments[tdi] = .attached(Attached(lineage: Lineage(rekeyOwed: true), owner: holder))
            return await run(.restarted(during: .none), on: tdi)
        }
        if found.isConnected(dsm) == true { await endUnrecordedConnection() }
        let state = AssignmentState.attached(Attached(lineage: Lineage(rekeyOwed: true), owner: holder))
        let step = AssignmentStep(
            device: tdi, event: request, state: state, effect: .none,
            detail: "found in shared operation, recorded nowhere: adopted", time: world.now())
        if let failure = record([step]) {
            return OperationResult(device: tdi, state: self.state(of: tdi), end: .journal(failure))
        }
        assignments[tdi] = state
        return OperationResult(device: tdi, state: state, end: .done)
    }
}

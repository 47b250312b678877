import Assignment
import PCIe

extension DSMOwner {
    /// Takes up what a former manager has recorded: what it left in the middle of an effect is cut and brought to rest. Then,
    /// while nothing is carried out yet, what was noticed is fed, which gives a fall its cause; after it what the host shows:
    /// a device at rest that it has in another domain, or in none, was taken out of it; one that it lets nothing through of
    /// was cut by somebody; one that nobody has recorded and somebody has locked is adopted; and a connection that is gone
    /// is lost.
    func resume(_ found: FoundHost, _ notices: [Notice], heard: [FunctionAddress: Suspicion]) async {
        var owed: [FunctionAddress: IssuedEffect] = [:]
        for tdi in assignments.keys.sorted() where state(of: tdi).pending != .none {
            begin(.restarted(during: state(of: tdi).pending.name), on: tdi, &owed)
        }
        for notice in notices { feed(notice, &owed) }
        hear(heard, &owed)
        let missing = assignments.keys.sorted().filter { tdi in
            let state = state(of: tdi)
            return state.phase.isResting && state.domain.map { found.isMissing(tdi, from: $0) } ?? false
        }
        feed(.hostdevRemoved, to: missing, &owed)
        for tdi in assignments.keys.sorted() where found.isFoundShut(tdi, state(of: tdi)) {
            begin(.foundShut, on: tdi, &owed)
        }
        adopt(found, heard: Set(heard.keys), &owed)
        await carryOut(owed) { await $0.resumeConnection(isAlive: found.isConnected($0.dsm)) }
        await askDoubted()
        resumed = Set(tickets.keys)
    }

    /// Begins to bring a device to rest that a former manager left in between.
    private func begin(
        _ event: AssignmentEvent, on tdi: FunctionAddress, _ owed: inout [FunctionAddress: IssuedEffect]
    ) {
        interrupted.insert(tdi)
        if let issued = take(event, on: tdi) { owed[tdi] = issued }
    }
}

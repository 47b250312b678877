import Assignment
import PCIe

extension DSMOwner {
    /// Adopts devices that are locked, or were, and that nobody has recorded: the journal is another one than when that was
    /// done. They belong to the domain that holds them, and to nobody's private operation: each is cut and brought home.
    func adopt(_ found: FoundHost, _ owed: inout [FunctionAddress: IssuedEffect]) {
        for stray in found.strays(of: dsm) where recorded.assignments[stray.tdi] == nil {
            if let holder = stray.holder {
                assignments[stray.tdi] = .attached(Attached(lineage: Lineage(), owner: holder))
            }
            feed(.state(stray.state), to: [stray.tdi], &owed)
        }
    }
}

import Assignment
import PCIe
import TDISP

/// What a manager that starts finds of the host, to hold against what is recorded.
struct FoundHost: Sendable {
    /// Nil: the host could not be asked.
    private let functions: [FunctionAddress: FunctionFacts]?
    /// The functions by their DSMs.
    private let tdis: [FunctionAddress?: [FunctionFacts]]
    /// The recorded TDIs by the DSMs that they belong to.
    private var recorded: [FunctionAddress: [FunctionAddress]] = [:]

    init(_ snapshot: HostSnapshot?, recorded: some Sequence<FunctionAddress>) {
        functions = snapshot.map { Dictionary($0.functions.map { ($0.address, $0) }) { first, _ in first } }
        tdis = Dictionary(grouping: (functions ?? [:]).values, by: \.dsm)
        self.recorded = Dictionary(grouping: recorded, by: dsm(of:))
    }

    /// The recorded TDIs that belong to a DSM.
    func recordedTDIs(of dsm: FunctionAddress) -> [FunctionAddress] { recorded[dsm] ?? [] }

    /// The DSM that a TDI belongs to. One that is not to be found (any more) is taken to belong to function 0 of its device.
    func dsm(of tdi: FunctionAddress) -> FunctionAddress {
        if let facts = functions?[tdi] { return facts.dsm ?? tdi }
        let place = tdi.requesterID
        return FunctionAddress(
            segment: tdi.segment, requesterID: RequesterID(bus: place.bus, device: place.device, function: 0))
    }

    /// Whether the host is known not to have a function in this domain.
    func isMissing(_ tdi: FunctionAddress, from domain: DomainID) -> Bool {
        functions?[tdi].map { $0.domain != domain } ?? false
    }

    /// Whether a TDI that rests by what is recorded was cut by somebody who did not record that.
    func isFoundShut(_ tdi: FunctionAddress, _ recorded: AssignmentState) -> Bool {
        functions?[tdi]?.isFoundShut(recorded) ?? false
    }

    /// A TDI that is not in CONFIG_UNLOCKED, or that the platform holds shut.
    struct Stray {
        let tdi: FunctionAddress
        let state: TDIState?
        /// The domain whose hostdev it is.
        let holder: DomainID?
    }

    /// The TDIs of a DSM that are or may be locked, or were left shut on the way.
    func strays(of dsm: FunctionAddress) -> [Stray] {
        (tdis[dsm] ?? []).sorted { $0.address < $1.address }.compactMap { facts in
            let isLocked = facts.state.map { $0 != .configUnlocked } ?? false
            guard facts.dsm != nil, isLocked || facts.isShut == true else { return nil }
            return Stray(tdi: facts.address, state: facts.state, holder: facts.domain)
        }
    }

    /// The domain that has a TDI though nobody has recorded that, and whether it answers that it is in shared operation.
    func guest(of tdi: FunctionAddress, _ recorded: AssignmentState) -> (holder: DomainID, isUnlocked: Bool)? {
        guard let facts = functions?[tdi], facts.isUnrecordedGuest(recorded), let holder = facts.domain else {
            return nil
        }
        return (holder, facts.state == .configUnlocked)
    }

    /// Whether a DSM has a session and a Secure stream; nil: the host could not be asked.
    func isConnected(_ dsm: FunctionAddress) -> Bool? {
        functions.map { $0[dsm]?.connected ?? false }
    }
}

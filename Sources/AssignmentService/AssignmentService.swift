public import Assignment
public import PCIe

/// All owners of one host. Requests on devices of different DSMs run side by side; those of one DSM share its owner.
public actor AssignmentService {
    private let world: World
    private let contents: JournalContents
    private let heard: [FunctionAddress: Suspicion]
    private var owners: [FunctionAddress: Task<DSMOwner, Never>] = [:]
    /// The host as it was found when it first had to be asked.
    private lazy var found = Task { [platform = world.platform, contents] in
        FoundHost(try? await platform.snapshot(), recorded: contents.assignments.keys)
    }

    /// Creates a service over what the journal has recorded. Throws ``JournalFailure`` when that cannot be read.
    ///
    /// - Parameter heard: what somebody who listened has weighed, of devices that are as they were then. Owners hear of it
    ///   before they look at anything else.
    public init(world: World, heard: [FunctionAddress: Suspicion] = [:]) throws(JournalFailure) {
        self.world = world
        self.heard = heard
        contents = try world.journal.load()
    }

    /// The recorded state of a function.
    public func state(of tdi: FunctionAddress, dsm: FunctionAddress) async -> AssignmentState {
        await owner(of: dsm).state(of: tdi)
    }

    /// Takes up every device that a former manager left in the middle of an effect, on any DSM: cut first, asked, brought to
    /// rest. A manager that is going to change anything does this before all else.
    public func takeUp() async {
        guard !contents.assignments.isEmpty || !heard.isEmpty else { return }
        let found = await found.value
        let left = contents.assignments.filter { $1.pending != .none || found.isFoundShut($0, $1) }.keys
        await withDiscardingTaskGroup { group in
            for dsm in Set(left.map(found.dsm(of:))).union(heard.keys.map(found.dsm(of:))) {
                group.addTask { _ = await self.owner(of: dsm) }
            }
        }
    }

    /// Runs one request on one function to its end, unless it is cancelled before it was begun.
    ///
    /// What was recorded is confirmed first: a device that a former manager left in the middle of an effect is brought to
    /// rest, and one that is recorded as private is asked whether it still is. A recovery has nothing to do then, but for
    /// the order to convert again: for the domain that has the device, or that was recorded when the manager was interrupted.
    public func run(
        _ request: AssignmentEvent, on tdi: FunctionAddress, dsm: FunctionAddress,
        unless isCancelled: @Sendable () -> Bool = { false }
    ) async -> OperationResult {
        let owner = await owner(of: dsm)
        if case .recover = request, !isCancelled(), let adopted = await owner.adopt(tdi, in: await found.value, request)
        {
            return adopted
        }
        let mended = isCancelled() ? nil : await owner.catchUp(tdi, before: request)
        if isCancelled() {
            let state = await owner.state(of: tdi)
            return OperationResult(
                device: tdi, state: state, end: .failed(Trouble(.cancelled, in: state.phase, detail: "not begun")))
        }
        if let mended {
            switch mended.end {
            case .quarantined, .failed: return mended
            case .done, .alreadyThere, .refused, .journal, .unrecorded: break
            }
            if case .recover(let wanted) = request {
                guard wanted.convertAgain, let domain = mended.state.domain ?? contents.assignments[tdi]?.domain
                else { return mended }
                return await owner.run(.convert(domain, mended.state.lineage.orders), on: tdi)
            }
        }
        return await owner.run(request, on: tdi)
    }

    /// Brings a device to rest that a former manager left in the middle of an effect; nil when there is nothing to do.
    public func settle(_ tdi: FunctionAddress, dsm: FunctionAddress) async -> OperationResult? {
        await owner(of: dsm).settle(tdi)
    }

    /// Writes where devices rest that the journal could not take, and does nothing else. Gives why it still cannot.
    public func writeUnwritten() async -> JournalFailure? {
        for opening in owners.values {
            if let failure = await opening.value.writeUnwritten() { return failure }
        }
        return nil
    }

    /// Asks the device for its state and feeds the answer: recorded becomes confirmed, or a failure is found.
    public func confirm(_ tdi: FunctionAddress, dsm: FunctionAddress) async -> EffectReport {
        await owner(of: dsm).confirm(tdi)
    }

    /// Feeds something noticed about a function.
    public func observe(_ observation: Observation, on tdi: FunctionAddress, dsm: FunctionAddress) async {
        await owner(of: dsm).observe(observation, on: tdi)
    }

    /// Asks the platform what it noticed about a DSM.
    public func takeNotices(of dsm: FunctionAddress) async {
        await owner(of: dsm).takeNotices()
    }

    /// Turns a conversion back at its next safe point.
    public func cancel(_ tdi: FunctionAddress, dsm: FunctionAddress) async {
        await owner(of: dsm).cancel(tdi)
    }

    /// Ends a DSM's connection. `force` takes locked TDIs along.
    public func disconnect(_ dsm: FunctionAddress, force: Bool) async -> EffectReport {
        await owner(of: dsm).disconnect(force: force)
    }

    // MARK: Owners

    private func owner(of dsm: FunctionAddress) async -> DSMOwner {
        if let opening = owners[dsm] { return await opening.value }
        let opening = Task { await open(dsm) }
        owners[dsm] = opening
        return await opening.value
    }

    /// Gives a DSM its owner, which knows from the start which of the recorded TDIs are its own, and takes up what is recorded.
    private func open(_ dsm: FunctionAddress) async -> DSMOwner {
        let found = await found.value
        let tdis = found.recordedTDIs(of: dsm)
        let owner = DSMOwner(dsm: dsm, tdis: tdis, world: world, recorded: contents)
        let notices = await world.platform.notices(of: dsm)
        let meant = tdis + found.strays(of: dsm).map(\.tdi)
        await owner.resume(found, notices, heard: meant.reduce(into: [:]) { $0[$1] = heard[$1] })
        return owner
    }
}

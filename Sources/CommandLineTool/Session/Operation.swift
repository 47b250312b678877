internal import Assignment
internal import AssignmentService
internal import PCIe

/// A request on one or several devices, watched by a person: progress, Ctrl-C, and what came of it.
struct Operation {
    /// What is done, for the summary.
    enum Verb {
        case convert(DomainFacts)
        case release
        case recover

        /// What happens now.
        fileprivate var wordsWhenInterrupted: String {
            switch self {
            case .convert: "turning back; the device is brought home before this ends"
            case .release, .recover: "what was begun is brought to its end, and nothing more is begun"
            }
        }
    }

    let session: Session
    let options: GlobalOptions
    let verb: Verb

    /// Runs the request that `request` gives for each device. Devices of different DSMs run side by side. Throws
    /// ``Failures`` when any did not reach its goal; the others have.
    func run(
        _ targets: [FunctionFacts], _ request: (FunctionFacts) throws(Failure) -> AssignmentEvent
    ) async throws {
        var refused: [(FunctionFacts, Failure)] = []
        var wanted: [(FunctionFacts, AssignmentEvent)] = []
        for target in targets {
            do throws(Failure) {
                wanted.append((target, try request(target)))
            } catch {
                refused.append((target, error))
            }
        }
        let printer = ProgressPrinter(quiet: options.quiet, devices: wanted.map(\.0.address))
        let before = try session.recorded().assignments
        let service = try session.service { printer.print($0) }
        let results = await interruptible(service, wanted.map(\.0)) { interruption in
            await service.takeUp()
            return await Self.run(wanted, on: service, unless: interruption)
        }
        let fallen = try fallen(since: before, besides: targets)
        let refusals = try refused.map(view)
        let unwritten = session.close()
        let views = refusals + results.map { view($0, fallen, unwritten) }
        try await SummaryPrinter(session: session, options: options).print(results, views, verb, fallen)
        let failures = views.compactMap { view in view.failure.map { (device: view.device, failure: $0) } }
        if !failures.isEmpty { throw Failures(all: failures, areShown: options.output == .json) }
    }

    /// A device on which nothing was begun is where it was.
    private func view(_ refused: (function: FunctionFacts, failure: Failure)) throws(Failure) -> OperationView {
        let state = try session.recorded().assignments[refused.function.address] ?? .initial
        return OperationView(
            refused.function.address, "refused", state, domainName: session.name(of: state.domain), refused.failure)
    }

    /// Who was not asked about, and was in private operation before and is not any more, or was recorded nowhere and is.
    private func fallen(
        since before: [FunctionAddress: AssignmentState], besides targets: [FunctionFacts]
    ) throws(Failure) -> [FallenSibling] {
        let now = try session.recorded().assignments
        let asked = Set(targets.map(\.address)), owners = Set(targets.map(\.ownerAddress))
        return session.snapshot.functions.compactMap { function in
            let address = function.address
            guard !asked.contains(address), let state = now[address] else { return nil }
            let isAdopted = before[address] == nil && state.phase != .available
            let isFallen =
                owners.contains(function.ownerAddress) && before[address]?.phase == .private && state.phase != .private
            guard isAdopted || isFallen else { return nil }
            return FallenSibling(
                device: address, owner: function.ownerAddress, state: state,
                domainName: session.name(of: state.domain), isAdopted: isAdopted)
        }
    }

    /// A device's own failure says more than that the journal could not be brought up to date, and mostly comes of it.
    private func view(
        _ result: OperationResult, _ fallen: [FallenSibling], _ unwritten: Failure?
    ) -> OperationView {
        let owner = session.snapshot.function(result.device)?.ownerAddress
        let name = session.name(of: result.state.domain)
        return OperationView(
            result.device, result.end.word, result.state, domainName: name,
            Failure(result, domainName: name) ?? unwritten?.on(result, domainName: name),
            proofs: result.proofs, fallen: fallen.filter { $0.owner == owner }.map(\.device.description))
    }

    /// One task for each DSM; the devices of one DSM in the order given.
    private static func run(
        _ wanted: [(FunctionFacts, AssignmentEvent)], on service: AssignmentService, unless interruption: Interruption
    ) async -> [OperationResult] {
        let byOwner = Dictionary(grouping: wanted.indices) { wanted[$0].0.ownerAddress }
        let results = await withTaskGroup(of: [(Int, OperationResult)].self) { group in
            for (owner, indices) in byOwner {
                let work = indices.map { ($0, wanted[$0].0.address, wanted[$0].1) }
                group.addTask {
                    var done: [(Int, OperationResult)] = []
                    for (index, device, request) in work {
                        let result = await service.run(request, on: device, dsm: owner) { interruption.happened }
                        done.append((index, result))
                    }
                    return done
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Ctrl-C turns conversions back at their next safe point, and nothing new is begun; it never leaves a device in between.
    private func interruptible(
        _ service: AssignmentService, _ targets: [FunctionFacts], _ work: (Interruption) async -> [OperationResult]
    ) async -> [OperationResult] {
        let addresses = targets.map { ($0.address, $0.ownerAddress) }
        let interruption = Interruption()
        return await interruption.during {
            await work(interruption)
        } heard: { _, _ in
            Console.err("\ninterrupted: \(verb.wordsWhenInterrupted)\n")
            Task { for (device, owner) in addresses { await service.cancel(device, dsm: owner) } }
        }
    }
}

/// A function that an operation on another one took out of private operation, or that was recorded nowhere and was found.
struct FallenSibling {
    let device: FunctionAddress
    /// Who owns it: its DSM.
    let owner: FunctionAddress
    let state: AssignmentState
    let domainName: String?
    let isAdopted: Bool

    /// What became of it.
    var sentence: String {
        (isAdopted ? "was recorded nowhere, and is adopted: " : "fell out of private operation: ")
            + state.place(of: device, domainName: domainName)
    }
}

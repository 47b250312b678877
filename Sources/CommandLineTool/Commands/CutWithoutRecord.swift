internal import Assignment
internal import AssignmentService
internal import EmulatorProcess
internal import PCIe
internal import TDISP

/// What `recover` does where the journal cannot be used: the cut needs none. Nothing else is done, because what cannot be
/// recorded is not opened again.
struct CutWithoutRecord {
    let options: GlobalOptions
    /// Whether devices with which nothing seems wrong are cut as well.
    let anyway: Bool

    /// Cuts the T=1 of devices that show a sign of trouble. Gives what is to be said of each.
    func cut(_ devices: [FunctionAddress], _ trouble: Failure) async throws -> Failures {
        let (host, snapshot) = try await Session.reachHost(options)
        let cuts = devices.map { device in
            (device, Task { await outcome(of: device, snapshot.function(device), host, trouble) })
        }
        var all: [(device: String, failure: Failure)] = []
        for (device, cut) in cuts { all.append(("\(device)", await cut.value)) }
        return Failures(all: all)
    }

    private func outcome(
        of device: FunctionAddress, _ facts: FunctionFacts?, _ host: HostClient, _ trouble: Failure
    ) async -> Failure {
        guard let facts else { return Failure(.notFound, "there is no device \(device)", next: "tdispctl list") }
        var failure = trouble
        failure.seen = trouble.message
        let mend = trouble.next ?? "mend the journal"
        switch facts.trustedUse {
        case .none:
            failure.message =
                "\(device) has no trusted DMA that could be cut, and it cannot be recovered without a record"
        case .sound where !anyway:
            failure.message = "\(device) answers RUN, nothing is wrong with it to be seen, and it was left as it is"
            failure.next = "\(mend); or tdispctl recover --anyway \(device)"
        case .sound, .doubtful:
            let attempts = await host.cutByRank(device) { Clock.now }
            let isCut = attempts.last?.isConfirmed == true
            failure.message =
                "\(device): T=1 \(isCut ? "is cut" : "IS NOT CUT"), and it cannot be brought home without a record"
            failure.place = attempts.map { "cut rank \(Int($0.rank.rawValue) + 1): \($0.report.outcome.mark)" }
                .joined(separator: ", ")
            failure.next =
                (isCut ? "" : "stop its domain; ")
                + "\(trouble.next ?? "mend the journal"), then tdispctl recover \(device)"
        }
        return failure
    }
}

/// What can be said of a function's T=1 without a record.
enum TrustedUse {
    /// It has none.
    case none
    /// It answers RUN over its session.
    case sound
    /// It may have some, and is not in RUN over a live session.
    case doubtful
}

extension FunctionFacts {
    /// One that cannot be asked has none only where no domain has it.
    var trustedUse: TrustedUse {
        guard dsm != nil, teeIO else { return .none }
        return switch state {
        case .configUnlocked: .none
        case .run: present && connected ? .sound : .doubtful
        case .configLocked, .error: .doubtful
        case nil: domain == nil ? .none : .doubtful
        }
    }
}

import PCIe
import TDISP

/// What the device's connection must be like, and what hangs on it.
extension Admission {
    func aboutConnection(_ facts: FunctionFacts) -> [Precondition] {
        [ideStream(facts), virtualFunctions(facts)]
    }

    private func ideStream(_ facts: FunctionFacts) -> Precondition {
        if facts.connected { return Precondition(.ideStream, .met, "its DSM has one already") }
        guard let bridge = host.bridges.first(where: { $0.name == facts.bridge }) else {
            return Precondition(.ideStream, .unknown, "nothing is known of host bridge '\(facts.bridge)'")
        }
        let found = "\(bridge.ideStreamsLeft) of \(bridge.ideStreams) left under \(bridge.name)"
        if bridge.ideStreamsLeft > 0 { return Precondition(.ideStream, .met, found) }
        return bridge.ideStreams == 0
            ? Precondition(.ideStream, .violated(.lacking), found, advice: "put the device under another host bridge")
            : Precondition(
                .ideStream, .violated(.busy), found, advice: "end a connection under \(bridge.name) that nobody needs")
    }

    /// The stream's range of requester IDs is fixed when the device connects.
    private func virtualFunctions(_ facts: FunctionFacts) -> Precondition {
        guard let physical = facts.physicalFunction else {
            return Precondition(.virtualFunctions, .met, "\(facts.enabledVFs) VFs enabled")
        }
        let setCount = "set sriov_numvfs of \(physical) while its DSM is not connected"
        guard let enabled = function(physical)?.enabledVFs else {
            return Precondition(.virtualFunctions, .unknown, "its physical function \(physical) is not there")
        }
        guard enabled > 0 else {
            return Precondition(
                .virtualFunctions, .violated(.refused), "no VF of \(physical) is enabled", advice: setCount)
        }
        guard facts.connected else { return Precondition(.virtualFunctions, .met, "\(enabled) VFs enabled") }
        return switch facts.inStream {
        case true?: Precondition(.virtualFunctions, .met, "\(enabled) VFs enabled, this one within the stream")
        case nil: Precondition(.virtualFunctions, .unknown, "whether the stream covers this VF is not shown")
        case false?:
            Precondition(
                .virtualFunctions, .violated(.refused), "enabled after \(physical) connected: outside the stream",
                advice: "end the connection, then \(setCount)")
        }
    }

    /// Who shares the device's fate. A request whose way leads through a reset that would make others fall out of private
    /// operation needs the operator's word.
    func siblings(
        of device: FunctionAddress, for request: AssignmentEvent, besides others: Set<FunctionAddress> = []
    ) -> Precondition {
        let strays = strays(beside: device).filter { !others.contains($0.address) }
        if !strays.isEmpty, request.isRecovery || !path(of: request, on: device).effects.isEmpty {
            return adopted(strays, with: device, request)
        }
        let all = siblings(of: device)
        let taken =
            request.mayResetDevice
            ? lockedSiblings(of: device) : falling(at: path(of: request, on: device).effects, on: device)
        // Who fell already, and is recovered in the same call, has nothing to lose.
        let falling = taken.filter { !others.contains($0.address) || $0.phase.fallsWithSession }
        if !falling.isEmpty {
            let isGivenUp = request.takesSiblings
            let reset =
                request.mayResetDevice ? "a reset of the whole device is allowed" : "a reset of \(device) is due"
            return Precondition(
                .siblings, isGivenUp ? .warned : .violated(.refused),
                "\(reset), and takes out of private operation: \(list(falling))",
                advice: isGivenUp ? nil : request.adviceToSpareSiblings)
        }
        let used = all.filter(\.isInUse)
        if all.isEmpty { return Precondition(.siblings, .met, "the device has no other function") }
        if used.isEmpty { return Precondition(.siblings, .met, "\(all.count), none in use") }
        let lost = takenByFunctionReset(of: device).filter(\.mayBeLocked)
        if case .convert(_, let orders) = request, !orders.givesUpSiblings, !lost.isEmpty {
            return Precondition(
                .siblings, .warned,
                "a reset of \(device) takes along \(list(lost)): if it falls, it waits in quarantine (siblings-in-use)",
                advice: "nothing, or --allow-conventional-reset, which gives them up for its recovery")
        }
        return Precondition(
            .siblings, .warned, "in use: \(list(used)); a reset of the whole device takes them along")
    }

    /// Nobody can account for them, and to take up their connection is to take them up: cut, stopped, brought home.
    private func adopted(_ strays: [Sibling], with device: FunctionAddress, _ request: AssignmentEvent) -> Precondition
    {
        let addresses = strays.map(\.address.description).joined(separator: " ")
        let advice: String
        switch request {
        case .recover:
            advice = "tdispctl recover \(device) \(addresses): all of them, or --take-siblings"
        case .convert, .release, .cancel, .finished, .answered, .observed, .restarted, .foundShut:
            advice = "tdispctl recover \(isStray(device) ? "\(device) " : "")\(addresses)"
        }
        return Precondition(
            .siblings, request.takesSiblings ? .warned : .violated(.refused),
            "in RUN, recorded nowhere, cut and brought home with the connection of \(device): \(addresses)",
            advice: request.takesSiblings ? nil : advice)
    }

    /// The siblings that are or may be locked, and are not any more after these effects.
    private func falling(at effects: [AssignmentEffect], on device: FunctionAddress) -> [Sibling] {
        if effects.contains(.reset(.conventional)) { return lockedSiblings(of: device) }
        guard effects.contains(.reset(.function)) else { return [] }
        return takenByFunctionReset(of: device).filter(\.mayBeLocked)
    }

    /// Addresses with phase and domain: `0000:3b:00.2 (private, web2)`.
    func list(_ siblings: [Sibling]) -> String {
        siblings.map { "\($0.address) (\($0.phase.rawValue)\($0.domainName.map { ", " + $0 } ?? ""))" }.joined(
            separator: ", ")
    }

    // MARK: Disconnect

    func aboutDisconnect(_ facts: FunctionFacts, _ takes: [Sibling], force: Bool) -> [Precondition] {
        let isHost = facts.dsm == facts.address
        let dsm =
            isHost
            ? Precondition(.dsm, .met, "hosted by \(facts.address)")
            : Precondition(
                .dsm, .violated(facts.dsm == nil ? .lacking : .refused),
                facts.dsm.map { "its DSM is hosted by \($0)" } ?? "the device has none",
                advice: facts.dsm.map { "name \($0)" })
        return [dsm, fallen(takes, force: force)]
    }

    private func fallen(_ takes: [Sibling], force: Bool) -> Precondition {
        if takes.isEmpty { return Precondition(.siblings, .met, "no interface of the device is locked") }
        return force
            ? Precondition(.siblings, .warned, "falling out of private operation: \(list(takes))")
            : Precondition(
                .siblings, .violated(.refused), "would fall out of private operation: \(list(takes))",
                advice: "release them first")
    }
}

extension AssignmentEvent {
    /// Whether the operator gives locked siblings up for the reset that it comes to.
    fileprivate var takesSiblings: Bool {
        switch self {
        case .release(_, let takes): takes
        case .recover(let request): request.takeSiblings
        case .convert, .cancel, .finished, .answered, .observed, .restarted, .foundShut: false
        }
    }

    fileprivate var isRecovery: Bool {
        switch self {
        case .recover: true
        case .convert, .release, .cancel, .finished, .answered, .observed, .restarted, .foundShut: false
        }
    }

    /// Whether it asks for a recovery that may come to a reset of the whole device.
    fileprivate var mayResetDevice: Bool {
        switch self {
        case .recover(let request): request.allowConventionalReset
        case .convert, .release, .cancel, .finished, .answered, .observed, .restarted, .foundShut: false
        }
    }

    /// What an operator can do whose request would take siblings along.
    fileprivate var adviceToSpareSiblings: String {
        switch self {
        case .release, .recover: "release the siblings first, or let them fall with --take-siblings"
        case .convert, .cancel, .finished, .answered, .observed, .restarted, .foundShut: "release the siblings first"
        }
    }
}

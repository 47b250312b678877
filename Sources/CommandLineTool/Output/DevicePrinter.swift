internal import Assignment
internal import Attestation
internal import Emulator
internal import EmulatorProcess
internal import IOMMU
internal import PCIe
internal import SPDM
internal import TDISP

/// `show` for a person: recorded and confirmed, side by side.
struct DevicePrinter {
    let session: Session

    func text(
        _ view: DeviceView, _ facts: FunctionFacts, _ state: AssignmentState?, _ suspicion: Suspicion
    ) async throws -> String {
        let inspection: HostInspection
        do throws(PlatformError) { inspection = try await session.host.inspect(facts.address) } catch {
            throw Failure(error)
        }
        var lines = ["\(view.address)  \(view.name)  [\(view.vendorID):\(view.deviceID)]  under \(view.bridge)"]
        func add(_ name: String, _ value: String) { lines.append("  \(name.padded(to: 10)) \(value)") }
        add("recorded", recorded(view))
        add("confirmed", confirmed(view, inspection))
        if !suspicion.isEmpty {
            add("suspicion", "\(suspicion.standing.name), \(suspicion.points) of \(SignalWeight.failing) points")
            for tally in suspicion.tallies where tally.total > 0 { add("signal", suspicion.line(tally)) }
        }
        if let authentication = facts.authentication { add("identity", authentication.sentence) }
        if let negotiated = inspection.stream?.negotiated { add("session", negotiated) }
        for measurement in inspection.stream?.measurements ?? [] { add("measured", Self.text(measurement)) }
        add("host", "driver \(view.hostDriver ?? "none")")
        if inspection.function.domain != nil {
            add("guest", "driver \(inspection.function.hasGuestDriver ? "bound" : "not bound")")
        }
        if let state {
            let permitted = state.permittedDMASentence(domain: view.recorded?.domainName ?? "no domain")
            add(
                "DMA",
                facts.isAtOdds(with: state)
                    ? "by the record, \(permitted); what is so: tdispctl routes \(facts.address)" : permitted)
            if state.domain != nil { add("orders", Self.text(state.lineage)) }
        }
        if let interrupts = inspection.routes?.interrupts {
            add("interrupts", Self.text(interrupts, .numbers(in: facts.address.segment)))
        }
        if let peers = inspection.routes?.peers, !peers.isEmpty {
            add("peers", "bound to \(peers.map { "\($0)" }.joined(separator: ", ")) for T=1")
        }
        add("workload", workload(inspection.function.workload))
        if let siblings = siblings(of: facts) { add("siblings", siblings) }
        if let reason = state?.quarantineReason {
            add("next", reason.wayOut(of: facts.address))
        } else if let note = view.note, note != facts.authentication?.sentence, note != DeviceView.suspicionNote {
            add("note", note)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What becomes of it when it falls.
    private static func text(_ lineage: Lineage) -> String {
        let orders = lineage.orders
        let end =
            orders.convertAgain
            ? "convert again after a recovery, \(min(lineage.recoveries, orders.recoveryLimit)) of \(orders.recoveryLimit) used"
            : "rest in shared operation after a recovery"
        return end + (orders.allowConventionalReset ? "; the whole device may be reset" : "")
    }

    private static func text(_ measurement: Measurement) -> String {
        let digits = measurement.value.map { hex($0, 2) }.joined()
        return "\(measurement.index), \(MeasurementBlock.Kind(rawValue: measurement.type)): \(digits)"
    }

    private static func text(_ interrupts: InterruptView, _ names: Names) -> String {
        let table = "MSI-X table \(interrupts.isTableLocked ? "locked" : "not locked")"
        guard let tBit = interrupts.tBit else { return "none are sent, \(table)" }
        return "\(tBit) \(interrupts.outcome.text(names)), \(table)"
    }

    private func recorded(_ view: DeviceView) -> String {
        guard let recorded = view.recorded else { return "cannot be read" }
        var text = recorded.phase
        if let domain = recorded.domainName { text += ", domain \(domain)" }
        if recorded.epoch > 0 { text += ", lock epoch \(recorded.epoch)" }
        if let pending = recorded.pending { text += ", '\(pending)' begun without an outcome" }
        if let reason = recorded.reason { text += ": \(reason)" }
        if recorded.rekeyOwed { text += ", new keys owed before the owner changes" }
        return text
    }

    private func confirmed(_ view: DeviceView, _ inspection: HostInspection) -> String {
        var text = view.confirmed.state ?? (view.confirmed.present ? "state not asked: no session" : "does not answer")
        if let stream = inspection.stream, let number = stream.stream {
            text +=
                ", IDE stream \(number.rawValue) \(stream.isDeviceSecure && stream.isRootPortSecure ? "Secure" : "Insecure")"
            text += " to root port \(stream.rootPort)"
        }
        return text
    }

    private func workload(_ counters: WorkloadCounters) -> String {
        "\(counters.hostArrived) to host pages, \(counters.sharedArrived) to shared pages, "
            + "\(counters.privateArrived) to private pages, \(counters.stopped) stopped"
    }

    private func siblings(of facts: FunctionFacts) -> String? {
        let others = session.snapshot.functions.filter {
            $0.address != facts.address && $0.dsm != nil && $0.dsm == facts.dsm
        }
        return others.isEmpty
            ? nil : others.map(\.address.description).joined(separator: ", ") + " share its session and fate"
    }
}

extension DeviceAuthentication {
    /// What came of it, for a person.
    fileprivate var sentence: String {
        switch self {
        case .authenticated(let serial, let root, let isTrusted):
            "authenticated: \(Self.sentence(serial: serial, root: root, isTrusted: isTrusted))"
        case .refused(let reason): "not authenticated: \(reason)"
        case .cannot: "not authenticated: it does not speak SPDM"
        }
    }
}

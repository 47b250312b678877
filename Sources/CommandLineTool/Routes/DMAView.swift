internal import Assignment
internal import Emulator
internal import IOMMU
internal import PCIe

/// The way of one DMA, part by part, and where it ends.
struct DMAView: Encodable {
    let steps: [Step]
    let verdict: String
    /// Whether it gets to memory, whoever sends it.
    let reaches: Bool
    /// Where in memory, piece by piece.
    let segments: [SegmentView]
    /// What stops it.
    let stop: StopView?
    let rule: String?
    let guest: GuestDMAView?

    /// A part of the way and what it says.
    struct Step: Encodable {
        let part: String
        let text: String
    }

    /// Where and by which check a DMA is stopped.
    struct StopView: Encodable {
        let place: String
        let check: String
        let text: String
    }

    /// A piece of memory that a DMA reaches.
    struct SegmentView: Encodable {
        let physical: String
        let size: UInt64
        let owner: String
    }

    init(_ explanation: DMAExplanation, _ names: Names, asGuest: Bool) {
        let stop = explanation.stop
        steps = Self.steps(explanation, names)
        reaches = stop == nil
        segments = stop == nil ? explanation.segments.map { SegmentView($0, names) } : []
        self.stop = stop.map { StopView($0, names) }
        rule = explanation.rule
        verdict = explanation.verdict(names)
        guest = asGuest ? GuestDMAView(explanation, names) : nil
    }

    func show(as format: OutputFormat) {
        if format == .json { return Console.outJSON("Route", [self]) }
        for step in steps { Console.out("  \(step.part.padded(to: 11)) \(step.text)\n") }
        Console.out("\(verdict)\n")
        if let guest { Console.out("\nas the guest sees it\n\(guest.text)") }
    }

    private static func steps(_ explanation: DMAExplanation, _ names: Names) -> [Step] {
        let device = Step(part: "device", text: explanation.device.map { $0.deviceText(names) } ?? "sends it")
        let cache = explanation.translation.map { Step(part: "ATC", text: $0.text(names)) }
        let link = Step(part: "root port", text: explanation.rootPort?.reason(names) ?? "lets it pass")
        return [device, cache, link].compactMap { $0 } + steps(explanation.iommu.steps, names)
    }

    /// The steps of the IOMMU; the entries of one stage's walk are one line.
    private static func steps(_ steps: [RouteStep], _ names: Names) -> [Step] {
        var lines: [Step] = []
        var entries: [String] = []
        // Where a guest's table is walked, it is walked first.
        var stage = steps.contains(where: \.isFirstStage) ? 1 : 2
        func close() {
            guard !entries.isEmpty else { return }
            lines.append(Step(part: "stage \(stage)", text: entries.joined(separator: ", ")))
            entries = []
        }
        for step in steps {
            if case .entry = step { entries.append(step.saying(names)); continue }
            close()
            if case .guestPhysical = step { stage = 2 }
            lines.append(Step(part: step.part, text: step.saying(names)))
        }
        close()
        return lines
    }
}

extension DMAExplanation {
    /// What keeps it from memory; nil: nothing does. That a device which keeps to its rules would not send it does not
    /// count: the others do.
    fileprivate var stop: DMAStop? {
        if let rootPort { return rootPort }
        switch iommu.route {
        case .reaches: return nil
        case .faults(let fault): return .fault(fault)
        }
    }

    /// Where the IOMMU lets it get to.
    fileprivate var segments: [Segment] {
        switch iommu.route {
        case .reaches(let segments): segments
        case .faults: []
        }
    }

    fileprivate var rule: String? {
        switch stop {
        case .noSecureStream, .integrityCheckFailed, .foreignRequester:
            iommu.request.tBit == .trusted ? SafetyRule.noTrustedDMAWithoutRun.rawValue : nil
        case .fault(let fault): fault.rule?.rawValue
        case .notSent, .deviceGone, nil: nil
        }
    }

    /// Where it ends; behind a stop at the root port, what the IOMMU would have made of it.
    fileprivate func verdict(_ names: Names) -> String {
        let reached = segments.map { "\(Bytes.hex($0.physical)) (\($0.owner.text(names)))" }.joined(separator: ", ")
        switch (rootPort, iommu.route) {
        case (let stop?, .reaches):
            return "stopped at the root port: \(stop.reason(names)); the IOMMU behind it is open, to \(reached)"
        case (let stop?, .faults(let fault)):
            return
                "stopped at the root port: \(stop.reason(names)); the IOMMU behind it faults it too: \(fault.text(names))"
        case (nil, .reaches):
            return "reaches \(reached)\(device == nil ? "" : ", if a device that breaks its rules sent it")"
        case (nil, .faults(let fault)): return "faults: \(fault.text(names))"
        }
    }
}

extension DMAStop {
    fileprivate func deviceText(_ names: Names) -> String {
        switch self {
        case .notSent: "would not send it: its TDISP state or a cleared Bus Master Enable forbids it"
        case .deviceGone, .foreignRequester, .noSecureStream, .integrityCheckFailed, .fault: reason(names)
        }
    }
}

extension DMAView.StopView {
    fileprivate init(_ stop: DMAStop, _ names: Names) {
        place = stop.place ?? "device"
        check = stop.name
        text = stop.reason(names)
    }
}

extension DMAView.SegmentView {
    fileprivate init(_ segment: Segment, _ names: Names) {
        physical = Bytes.hex(segment.physical)
        size = segment.count
        owner = segment.owner.text(names)
    }
}

extension TranslationUse {
    fileprivate func text(_ names: Names) -> String {
        switch self {
        case .held(let physical): "holds a translation to \(Bytes.hex(physical)): sends a translated request"
        case .given(let physical, let permissions):
            "holds no translation, asks for one and is given \(Bytes.hex(physical)), \(permissions)"
        case .refused(let refusal): "holds no translation and is given none: \(refusal.text(names))"
        case .unasked: "holds no translation, and its question for one does not pass the root port"
        case .crossesPages: "not used: the access crosses pages"
        }
    }
}

extension RouteStep {
    fileprivate var isFirstStage: Bool {
        switch self {
        case .firstStage: true
        case .gate, .fence, .busMaster, .context, .cache, .entry, .guestPhysical, .frame, .ownership: false
        }
    }
}
